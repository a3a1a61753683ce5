# Every package that any layer needs, found once. All of them are Debian packages (scripts/setup.sh).
find_package(LLVM REQUIRED CONFIG)
find_package(MLIR REQUIRED CONFIG) # 19.1; asking for "19" fails, so no version is asked for
list(APPEND CMAKE_MODULE_PATH ${LLVM_CMAKE_DIR} ${MLIR_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBBPF REQUIRED IMPORTED_TARGET libbpf)
find_package(Boost 1.74 REQUIRED)
find_package(GTest REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_library(PCAP_LIBRARY pcap REQUIRED)
find_library(LEMON_LIBRARY lemon REQUIRED)
find_program(CLANG_BPF NAMES clang-19 REQUIRED)
find_program(VERILATOR NAMES verilator REQUIRED)

add_library(pw_llvm INTERFACE) # LLVM and MLIR as system headers: their warnings are not ours
target_include_directories(pw_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_compile_definitions(pw_llvm INTERFACE ${LLVM_DEFINITIONS_LIST})
target_link_libraries(pw_llvm INTERFACE LLVM)
add_library(pw_mlir INTERFACE)
target_link_libraries(pw_mlir INTERFACE pw_llvm MLIR)
