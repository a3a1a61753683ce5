// The passes of allocation, in the order in which `allocate` runs them; one a file. Each takes and
// leaves a valid Function.
#pragma once

#include "backends/nfp/allocate/places.h"
#include "backends/nfp/firmware/firmware.h"

#include <set>

namespace pw::nfp {

// --- at any time before the blocks are laid out ---

// Empty blocks, branches to branches and branches without a choice go; blocks that only follow each
// other become one. True if something changed.
bool simplify_flow(Function&);

// Equal ends of blocks that go on in the same way become one block. True if something changed.
bool merge_tails(Function&);

// --- on virtual values ---

// Instructions whose results nothing reads go. True if something went.
bool remove_dead(Function&);

// Instructions write condition codes only where something reads them.
void relax_conditions(Function&);

// Equal computations are done once, also where that means earlier; copies and small constants are
// read at their source.
void share_values(Function&);

// Comparisons go whose condition codes another instruction leaves.
void reuse_flags(Function&);

// Operand rules that no choice of a bank can mend are mended by copies: two sources of the same
// kind, restricted fields, constants too large.
void legalize(Function&);

// Bytes are put into a word by one instruction where two did.
void merge_fields(Function&);

// Copies of transfer words go where their readers can take the words themselves.
void forward_transfers(Function&);

// What is computed only to be stored in a transfer register or in local memory is computed there.
void write_through(Function&);

// Words of transfer groups that live across calls go to values.
void relieve_transfers(Function&);
// All words of these groups go to values.
void copy_out(Function&, const std::set<unsigned>& groups);

// --- from values to registers ---

// Transfer groups get their numbers; where they don't fit, words go to values. Throws PW-NFP-251.
void number_transfers(Function&);

// Every value gets a register; those that don't fit go to local memory behind stack_bytes. Throws
// PW-NFP-250.
void color(Function&, const FirmwareProfile&);

// --- on registers ---

// Sources take the bank that their partner leaves; commands' addresses are exchanged where that
// serves; moves of a register to itself go.
void settle_banks(Function&);

// Constants aren't loaded where their register holds them.
void drop_known_constants(Function&);

// Condition codes are written wherever nobody needs the old ones, so that equal instructions look
// equal.
void normalize_conditions(Function&);

// Branches made explicit; empty blocks and branches to branches go; blocks in an order that falls
// through often.
void lay_out(Function&);

// Nothing stands within three instructions behind a write of ActLMAddrN that uses it.
void delay_addresses(Function&);

// Instructions run while a branch or a command takes effect: the last `defer` ones of a block,
// those behind a command.
void fill_slots(Function&);

// LoadValue to the words that make the value.
void expand_values(Function&);

} // namespace pw::nfp
