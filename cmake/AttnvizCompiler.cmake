# Flags shared by every target. All are compiled for the oldest processor but the kernels of nn/.

add_library(attnviz_options INTERFACE)
target_compile_features(attnviz_options INTERFACE cxx_std_20)
target_include_directories(attnviz_options INTERFACE ${PROJECT_SOURCE_DIR}/src)  # not for programs that link to us
target_compile_options(attnviz_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                                 $<$<BOOL:${ATTNVIZ_WERROR}>:-Werror>)
# gcc 12 sees overlapping copies in `"text" + std::string`, where there are none.
target_compile_options(attnviz_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# Results must not depend on which products a compiler fuses with sums.
target_compile_options(attnviz_options INTERFACE -ffp-contract=off)
if(ATTNVIZ_SANITIZE)
  # -g1: a report needs lines, not variables, which take a tenth of the build.
  target_compile_options(attnviz_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                   -fno-omit-frame-pointer -g1)
  target_compile_options(attnviz_options INTERFACE $<$<BOOL:$<TARGET_PROPERTY:UNSANITISED>>:-fno-sanitize=all>)
  target_link_options(attnviz_options INTERFACE -fsanitize=address,undefined)
endif()
if(ATTNVIZ_FUZZ)
  target_compile_options(attnviz_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(attnviz_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# For the command line and the tests, where compile time matters more than speed. With sanitizers the
# targets that say UNOPTIMISED compile in half the time.
add_library(attnviz_quick INTERFACE)
target_compile_options(attnviz_quick INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:-O1>)
if(ATTNVIZ_SANITIZE)
  target_compile_options(attnviz_quick INTERFACE $<$<BOOL:$<TARGET_PROPERTY:UNOPTIMISED>>:-O0>)
endif()
# With -O1 gcc 12 sees faults in std::string and in its own AVX-512 intrinsics, where there are none.
target_compile_options(attnviz_quick INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-uninitialized>)

# Eigen as a system library (gcc 12 sees uninitialised values in its own AVX-512 intrinsics). Its own
# threads would change the order of sums, hence the bits.
add_library(attnviz_eigen INTERFACE)
target_link_libraries(attnviz_eigen INTERFACE Eigen3::Eigen)
target_compile_options(attnviz_eigen INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
target_compile_definitions(attnviz_eigen INTERFACE EIGEN_DONT_PARALLELIZE)

# The numeric rooms: loops marked `omp simd` vectorise (-fopenmp-simd brings no threads), and library
# functions need not set errno or raise floating-point exceptions. NaN and infinity keep their meaning
# (no -ffast-math): the divergence checks rely on it.
add_library(attnviz_numeric INTERFACE)
target_compile_options(attnviz_numeric INTERFACE $<$<CONFIG:Release>:-O3> -fopenmp-simd -fno-math-errno
                                                 -fno-trapping-math)
