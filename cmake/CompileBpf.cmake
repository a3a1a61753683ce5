# pw_compile_bpf(SOURCE CPU OUTPUT): an eBPF object, for clang's instruction set `CPU` (v1 to v4).
set(PW_BPF_FLAGS -O2 -g -target bpf -Wall -Wno-unused-function -fdebug-compilation-dir=.
                 -Iexamples -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE})

function(pw_compile_bpf source cpu output)
  file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR} ${source})
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CLANG_BPF} ${PW_BPF_FLAGS} -mcpu=${cpu} -MD -MF ${output}.d -MT ${output} -c ${relative} -o ${output}
    DEPENDS ${source}
    DEPFILE ${output}.d
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    VERBATIM)
endfunction()
