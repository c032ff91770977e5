# hone_floor(NAME [TORCH] [TENSORS] USES floors... LIBRARIES targets... PRIVATE_LIBRARIES targets...): the static library of
# src/NAME and of its rooms src/NAME/ROOM. TENSORS floors include <ATen/core/Tensor.h> and single <ATen/ops/*.h>, which are compiled quickly. TORCH
# floors may include headers of torch's modules and gradients too. They are not precompiled: g++ instantiates the
# templates that precompiled headers use in each file again, which takes 8 s for those of torch.
# hone_floor_tests(NAME [TENSORS] LABEL label): one program of all tests/NAME/*_test.cpp and tests/NAME/ROOM/*_test.cpp, and a
# ctest entry for each file: NAME/X or NAME/ROOM/X. A file X_slow_test.cpp holds only slow proofs, its cases marked with doctest::skip(): its entry is slow/X.

add_library(hone_flags INTERFACE)
target_compile_options(hone_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers)
if(HONE_WERROR)
  target_compile_options(hone_flags INTERFACE -Werror)
endif()
if(HONE_SANITIZE)
  target_compile_options(hone_flags INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(hone_flags INTERFACE -fsanitize=address,undefined)
endif()
if(HONE_FUZZ)
  target_compile_options(hone_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_include_directories(hone_flags INTERFACE "${CMAKE_BINARY_DIR}/fmt_first" "${CMAKE_SOURCE_DIR}/src")

# The code of tests is not optimized: that takes half of the time to compile them.
add_library(hone_test_flags INTERFACE)
target_link_libraries(hone_test_flags INTERFACE hone_flags)
target_compile_options(hone_test_flags INTERFACE -O0)

# hone_headers(NAME FLAGS targets... HEADERS headers...): headers that many files read, compiled once. Its users must be
# compiled with the same flags.
function(hone_headers name)
  cmake_parse_arguments(headers "" "" "FLAGS;HEADERS" ${ARGN})
  add_library(${name} STATIC "${CMAKE_SOURCE_DIR}/cmake/headers.cpp")
  target_link_libraries(${name} PUBLIC hone_flags ${headers_FLAGS})
  target_precompile_headers(${name} PRIVATE ${headers_HEADERS})
endfunction()

set(hone_common_headers <algorithm> <chrono> <filesystem> <functional> <map> <memory> <optional> <span> <string>
  <string_view> <unordered_map> <vector> <fmt/format.h> <nlohmann/json.hpp>)
hone_headers(hone_plain_headers FLAGS fmt::fmt nlohmann_json::nlohmann_json HEADERS ${hone_common_headers})
hone_headers(hone_plain_test_headers FLAGS hone_test_flags fmt::fmt nlohmann_json::nlohmann_json
  HEADERS ${hone_common_headers} <doctest/doctest.h>)
# Every <ATen/ops/*.h> includes what TensorOperators.h does.
set(hone_tensor_interface <ATen/core/Tensor.h> <ATen/TensorOperators.h>)
hone_headers(hone_tensor_headers FLAGS fmt::fmt nlohmann_json::nlohmann_json hone::torch hone::openmp
  HEADERS ${hone_tensor_interface} ${hone_common_headers})
# Torch defines a macro CHECK too; doctest's must come after it.
hone_headers(hone_tensor_test_headers FLAGS hone_test_flags fmt::fmt nlohmann_json::nlohmann_json hone::torch hone::openmp
  HEADERS ${hone_tensor_interface} <c10/util/Logging.h> ${hone_common_headers} <doctest/doctest.h>)

function(hone_floor name)
  cmake_parse_arguments(floor "TORCH;TENSORS" "" "USES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp" "${CMAKE_SOURCE_DIR}/src/${name}/*/*.cpp")
  list(TRANSFORM floor_USES PREPEND hone_)
  if(NOT sources)
    add_library(hone_${name} INTERFACE)
    target_link_libraries(hone_${name} INTERFACE hone_flags ${floor_USES} ${floor_LIBRARIES})
    return()
  endif()
  add_library(hone_${name} STATIC ${sources})
  target_link_libraries(hone_${name} PUBLIC hone_flags ${floor_USES} ${floor_LIBRARIES} PRIVATE ${floor_PRIVATE_LIBRARIES})
  if(floor_TORCH OR floor_TENSORS)
    target_link_libraries(hone_${name} PUBLIC hone::torch hone::openmp)
    target_precompile_headers(hone_${name} REUSE_FROM hone_tensor_headers)
  elseif(NOT "hone::openmp" IN_LIST floor_LIBRARIES AND NOT "hone::openmp" IN_LIST floor_PRIVATE_LIBRARIES)
    target_precompile_headers(hone_${name} REUSE_FROM hone_plain_headers)
  endif()
endfunction()

function(hone_floor_tests name)
  cmake_parse_arguments(tests "TENSORS" "LABEL" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cpp"
    "${CMAKE_SOURCE_DIR}/tests/${name}/*/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  if(NOT tests_USES)
    set(tests_USES ${name})
  endif()
  list(TRANSFORM tests_USES PREPEND hone_)
  add_executable(test_${name} "${CMAKE_SOURCE_DIR}/tests/test_main.cpp" ${sources})
  target_include_directories(test_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_compile_definitions(test_${name} PRIVATE HONE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(test_${name} PRIVATE ${tests_USES})
  if(tests_TENSORS)
    target_link_libraries(test_${name} PRIVATE hone_test_flags)
    target_precompile_headers(test_${name} REUSE_FROM hone_tensor_test_headers)
  elseif(NOT name STREQUAL kernel)  # compiled with OpenMP; its loops would take long without optimization
    target_link_libraries(test_${name} PRIVATE hone_test_flags)
    target_precompile_headers(test_${name} REUSE_FROM hone_plain_test_headers)
  endif()
  set_source_files_properties("${CMAKE_SOURCE_DIR}/tests/test_main.cpp" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  foreach(source IN LISTS sources)
    file(RELATIVE_PATH file "${CMAKE_SOURCE_DIR}/tests/${name}" ${source})
    string(REPLACE "_test.cpp" "" subject ${file})
    if(subject MATCHES "^(.*)_slow$")
      set(entry slow/${CMAKE_MATCH_1})
      add_test(NAME ${entry} COMMAND test_${name} --source-file=*/${name}/${file} --no-skip WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
      set_tests_properties(${entry} PROPERTIES LABELS slow TIMEOUT 1200 SKIP_RETURN_CODE 77)
    else()
      set(entry ${name}/${subject})
      add_test(NAME ${entry} COMMAND test_${name} --source-file=*/${name}/${file} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
      set_tests_properties(${entry} PROPERTIES LABELS ${tests_LABEL} TIMEOUT 600 SKIP_RETURN_CODE 77)
    endif()
  endforeach()
endfunction()
