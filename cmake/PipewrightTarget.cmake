option(PW_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(PW_WERROR "Treat warnings as errors" OFF)

add_library(pw_options INTERFACE)
target_include_directories(pw_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(pw_options INTERFACE -Wall -Wextra -Wno-unused-parameter
                                            $<$<BOOL:${PW_WERROR}>:-Werror>)
if(PW_SANITIZE)
  target_compile_options(pw_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer
                                              -fno-sanitize=vptr)
  target_link_options(pw_options INTERFACE -fsanitize=address,undefined)
endif()

# pw_add_library(NAME SOURCES... [LINK libs...])
function(pw_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC pw_options ${ARG_LINK})
endfunction()

# pw_add_test(NAME SOURCES... [LINK libs...] [LABELS ...]): a GoogleTest binary, one CTest test a case.
# PW_SOURCE_DIR lets a test find its data and the examples.
function(pw_add_test name)
  cmake_parse_arguments(ARG "" "" "LINK;LABELS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE pw_options ${ARG_LINK} GTest::gtest_main GTest::gmock)
  target_compile_definitions(${name} PRIVATE PW_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             PW_BINARY_DIR="${CMAKE_BINARY_DIR}")
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT 600 LABELS "${ARG_LABELS}")
endfunction()
