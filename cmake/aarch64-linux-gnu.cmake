# A toolchain file: builds for 64-bit Arm on another machine (Debian: g++-aarch64-linux-gnu and, of the architecture
# arm64, libfmt-dev, libutf8proc-dev, zlib1g-dev). What it makes runs by qemu-aarch64 -L /usr/aarch64-linux-gnu.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
