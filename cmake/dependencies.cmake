# Finds the dependencies and defines a target for each: hone::torch, hone::arrow, hone::beast and so on. torch and pyarrow
# come from the wheels in HONE_VENV, the rest from the system (docs/dependencies.md).

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(yaml-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(lzma REQUIRED IMPORTED_TARGET liblzma)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(libedit REQUIRED IMPORTED_TARGET libedit)
find_package(simdjson REQUIRED)

# Boost.Beast and Asio, headers only. An assertion of Beast 1.74 is wrong if the end of a chunked body arrives byte by byte
# (n >= 5 in parse_chunk_header); without its assertions it reads such a body correctly.
find_package(Boost 1.74 CONFIG REQUIRED COMPONENTS headers)
add_library(hone_beast INTERFACE)
add_library(hone::beast ALIAS hone_beast)
target_link_libraries(hone_beast INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(hone_beast INTERFACE BOOST_DISABLE_ASSERTS)

file(GLOB hone_site_packages LIST_DIRECTORIES true "${HONE_VENV}/lib/python3*/site-packages")
list(LENGTH hone_site_packages hone_site_packages_count)
if(NOT hone_site_packages_count EQUAL 1)
  message(FATAL_ERROR "no Python packages in ${HONE_VENV}: run ./dev setup first")
endif()
set(HONE_TORCH_DIR "${hone_site_packages}/torch")
set(HONE_ARROW_DIR "${hone_site_packages}/pyarrow")
foreach(needed IN ITEMS "${HONE_TORCH_DIR}/lib/libtorch_cpu.so" "${HONE_ARROW_DIR}/include/arrow/api.h")
  if(NOT EXISTS "${needed}")
    message(FATAL_ERROR "${needed} is missing: run ./dev setup first")
  endif()
endforeach()

# torch's include folder has its own fmt headers; this folder precedes it, so that all files use one fmt.
get_target_property(hone_fmt_include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
if(NOT hone_fmt_include)
  set(hone_fmt_include /usr/include)
endif()
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/fmt_first")
file(CREATE_LINK "${hone_fmt_include}/fmt" "${CMAKE_BINARY_DIR}/fmt_first/fmt" SYMBOLIC)

# OpenMP is g++'s -fopenmp with the libgomp of torch's wheel, so that hone's loops and at::parallel_for share one pool of
# threads. (A CUDA wheel names the file differently.)
file(GLOB hone_gomp "${HONE_TORCH_DIR}/lib/libgomp*.so*")
list(GET hone_gomp 0 hone_gomp)
add_library(hone_openmp INTERFACE)
add_library(hone::openmp ALIAS hone_openmp)
target_compile_options(hone_openmp INTERFACE -fopenmp)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")  # of the preset fuzz, whose programs do not link torch
  target_link_options(hone_openmp INTERFACE -fopenmp)
else()
  target_link_libraries(hone_openmp INTERFACE "${hone_gomp}")
endif()

add_library(hone_torch INTERFACE)
add_library(hone::torch ALIAS hone_torch)
target_include_directories(hone_torch SYSTEM INTERFACE
  "${HONE_TORCH_DIR}/include" "${HONE_TORCH_DIR}/include/torch/csrc/api/include")
# Otherwise ATen/TensorOperators.h includes the headers of all operators, which take 15 s to compile.
target_compile_definitions(hone_torch INTERFACE AT_PER_OPERATOR_HEADERS)
target_link_directories(hone_torch INTERFACE "${HONE_TORCH_DIR}/lib")
target_link_libraries(hone_torch INTERFACE -Wl,--no-as-needed torch torch_cpu c10)
if(EXISTS "${HONE_TORCH_DIR}/lib/libtorch_cuda.so")
  target_link_libraries(hone_torch INTERFACE torch_cuda c10_cuda)
  target_compile_definitions(hone_torch INTERFACE HONE_WITH_CUDA)
endif()

file(GLOB hone_arrow_libraries "${HONE_ARROW_DIR}/libarrow.so.*" "${HONE_ARROW_DIR}/libparquet.so.*")
# The kernel floor sees no tensor of libtorch, only the matrix products on tiles (ATen/native/CPUBlas.h).
add_library(hone_cpublas INTERFACE)
add_library(hone::cpublas ALIAS hone_cpublas)
target_include_directories(hone_cpublas SYSTEM INTERFACE "${HONE_TORCH_DIR}/include")
target_link_directories(hone_cpublas INTERFACE "${HONE_TORCH_DIR}/lib")
target_link_libraries(hone_cpublas INTERFACE -Wl,--no-as-needed torch_cpu c10)

# hone uses only Highway's headers and chooses one of these two instruction sets itself (kernel/cpu.h).
add_library(hone_highway INTERFACE)
add_library(hone::highway ALIAS hone_highway)
find_path(hone_highway_include hwy/highway.h REQUIRED)
target_include_directories(hone_highway SYSTEM INTERFACE "${hone_highway_include}")
target_compile_definitions(hone_highway INTERFACE
  HWY_BASELINE_TARGETS=HWY_AVX2 "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3_DL)")

add_library(hone_arrow INTERFACE)
add_library(hone::arrow ALIAS hone_arrow)
target_include_directories(hone_arrow SYSTEM INTERFACE "${HONE_ARROW_DIR}/include")
target_link_libraries(hone_arrow INTERFACE ${hone_arrow_libraries})
# libparquet exports a newer simdjson of its own. The loader would mix the two, so the system's must come first.
get_target_property(hone_simdjson_library simdjson::simdjson LOCATION)
target_link_options(hone_arrow INTERFACE LINKER:--push-state,--no-as-needed "${hone_simdjson_library}" LINKER:--pop-state)

set(CMAKE_BUILD_RPATH "${HONE_TORCH_DIR}/lib" "${HONE_ARROW_DIR}")
