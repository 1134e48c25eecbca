# Installs the libraries into FOLDER, then builds and runs the example with what is there alone.
# cmake -DBUILD=... -DEXAMPLE=... -DCOMPILER=... -DFOLDER=... -P installed.cmake
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${FOLDER}/prefix --component library)
file(COPY ${EXAMPLE}/ DESTINATION ${FOLDER}/example)  # away from the sources of attnviz
run(${CMAKE_COMMAND} -S ${FOLDER}/example -B ${FOLDER}/build -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_PREFIX_PATH=${FOLDER}/prefix -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON
    -DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
run(${CMAKE_COMMAND} --build ${FOLDER}/build)
run(${FOLDER}/build/render_map ${FOLDER}/map.png)
file(READ ${FOLDER}/map.png signature LIMIT 8 HEX)
if(NOT signature STREQUAL 89504e470d0a1a0a)
  message(FATAL_ERROR "map.png: expected a PNG picture, got ${signature}")
endif()
