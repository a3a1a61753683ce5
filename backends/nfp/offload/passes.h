// The rewritings, each in its own file. A pass returns whether it changed the program.
#pragma once

#include "backends/nfp/offload/draft.h"

namespace pw::nfp::offload {

bool rewrite_map_definitions(Draft&);  // copies of each CPU, flags
bool rewrite_globals(Draft&);          // constants; .data and .bss become an array
bool rewrite_simple(Draft&);           // what other instructions say as well
bool rewrite_signed_division(Draft&);  // by an unsigned one
bool rewrite_modulo(Draft&);           // by division, multiplication and subtraction
bool rewrite_division(Draft&);         // operands beyond 32 bits, divisors that are no constants
bool rewrite_multiplication(Draft&);   // operands beyond 32 bits
bool rewrite_atomics(Draft&);          // results that nobody reads; the stack
bool rewrite_counters(Draft&);         // load, add and store in a map value: an atomic addition
bool rewrite_map_stores(Draft&);       // by the update helper
bool rewrite_initial_counters(Draft&); // of new entries: inserted as 0, then added to
bool rewrite_arguments(Draft&); // keys and values for helpers: to aligned places of the stack

} // namespace pw::nfp::offload
