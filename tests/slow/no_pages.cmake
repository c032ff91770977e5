# slow/no_pages: the sources can be configured with HONE_WEB=OFF and without Node, and hone_pages can be built.
file(REMOVE_RECURSE "${BINARY_DIR}")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE_DIR}" -B "${BINARY_DIR}" -G Ninja -DCMAKE_BUILD_TYPE=Release
  -DHONE_WEB=OFF -DHONE_VENV=${HONE_VENV} -DHONE_NODE=/nonexistent COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${BINARY_DIR}" --target hone_pages -j 1 COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE built "${BINARY_DIR}/libhone_pages.a")
file(GLOB_RECURSE pages "${BINARY_DIR}/web/*")
if(NOT built OR pages)
  message(FATAL_ERROR "expected libhone_pages.a and no built pages, found \"${built}\" and \"${pages}\"")
endif()
