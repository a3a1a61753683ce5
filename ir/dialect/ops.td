// The operations of the `pw` dialect. Integers are signless; plain arithmetic is upstream's `arith`.
#ifndef PW_OPS_TD
#define PW_OPS_TD

include "ir/dialect/dialect.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

class Pw_Op<string mnemonic, list<Trait> traits = []> : Op<Pw_Dialect, mnemonic, traits>;

def Pw_Int : AnyTypeOf<[AnySignlessInteger]>;

//===-- containers --------------------------------------------------------===//

def MapOp : Pw_Op<"map", [Symbol]> {
  let summary = "a map of the object, as far as the program touches it";
  let description = [{
    `index` is the index into the object's maps, `type` the kernel's map type, `kind` one of "array",
    "present", "hash", "table", "lpm". `columns` is filled by --pw-form-columns.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$index, I64Attr:$type, StrAttr:$kind,
      I64Attr:$key_bytes, I64Attr:$value_bytes, I64Attr:$entries,
      OptionalAttr<ArrayAttr>:$columns);
  let assemblyFormat = [{
    $sym_name $kind `(` $key_bytes `->` $value_bytes `)` `x` $entries `index` $index `type` $type
    (`columns` $columns^)? attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    unsigned slots();       // Hash: ways << row bits; others: entries
    unsigned ways();        // 0 unless Hash or Table
    unsigned row_bits();    // 0 unless Hash or Table
    unsigned places();      // of a row; 0 unless Table
    unsigned handle_bits(); // 1 + bits of a slot number, at least 2
    unsigned find_latency();
    bool lru();             // a full table evicts instead of refusing
    bool keeps_elements();  // an update changes the element in place (per-CPU maps)
    bool is(llvm::StringRef kind_name) { return getKind() == kind_name; }
    ColumnAttr column(unsigned i);
  }];
}

def ProgramOp : Pw_Op<"program", [Symbol, SingleBlock, NoTerminator, IsolatedFromAbove]> {
  let summary = "a program before scheduling: data flow in one block, effects under predicates";
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def PipelineOp : Pw_Op<"pipeline", [Symbol, SingleBlock, NoTerminator, IsolatedFromAbove]> {
  let summary = "a scheduled program: a list of stages";
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def StageOp : Pw_Op<"stage", [SingleBlock, HasParent<"PipelineOp">]> {
  let summary = "one stage; its results are what its registers hand on";
  let description = [{
    A result of a stage is available from stage `index` + latency of the operation that made it.
    `group` numbers the rigid regions that stages are grouped into.
  }];
  let arguments = (ins I64Attr:$index, I64Attr:$group);
  let results = (outs Variadic<Pw_Int>:$registers);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$index `in` $group (`->` type($registers)^)? attr-dict-with-keyword $body";
}

def RegisterOp : Pw_Op<"register", [Pure, Terminator, HasParent<"StageOp">]> {
  let summary = "ends a stage: what later stages use";
  let arguments = (ins Variadic<Pw_Int>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let hasVerifier = 1;
}

def InterlockOp : Pw_Op<"interlock", [HasParent<"StageOp">]> {
  let summary = "entrance rule of the region that this stage begins";
  let description = [{
    A packet waits while one that entered within the last `distance` clocks has one of the same
    handles of `map`; without handles any two packets conflict. `when_full`: counts only while the
    table could be full.
  }];
  let arguments = (ins FlatSymbolRefAttr:$map, I64Attr:$distance, Variadic<Pw_Int>:$handles,
      UnitAttr:$when_full);
  let assemblyFormat = [{
    $map `distance` $distance (`keys` $handles^ `:` type($handles))? (`when_full` $when_full^)? attr-dict
  }];
}

//===-- values ------------------------------------------------------------===//

def InputOp : Pw_Op<"input", [Pure]> {
  let summary = "what the environment tells: length, ifindex, rxq, cpu, time, seed, packet_index; mark, ... of a tc program's packet";
  let arguments = (ins StrAttr:$what);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = "$what attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def MuxOp : Pw_Op<"mux", [Pure, SameVariadicOperandSize]> {
  let summary = "the value whose condition is 1; never two at once; zero if none is";
  let arguments = (ins Variadic<I1>:$conditions, Variadic<AnyType>:$values);
  let results = (outs AnyType:$result);
  let assemblyFormat = [{
    `[` $conditions `]` `[` $values `]` attr-dict `:` type($values) `->` type($result)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def BitsOp : Pw_Op<"bits", [Pure]> {
  let summary = "bits [offset, offset + width of the result) of a value";
  let arguments = (ins Pw_Int:$value, I64Attr:$offset);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = "$value `[` $offset `]` attr-dict `:` type($value) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ConcatOp : Pw_Op<"concat", [Pure]> {
  let summary = "operands side by side, the first in the lowest bits";
  let arguments = (ins Variadic<Pw_Int>:$values);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = "$values attr-dict `:` type($values) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

//===-- packet ------------------------------------------------------------===//

def ReceivedOp : Pw_Op<"received", [Pure]> {
  let summary = "the packet as it was received";
  let results = (outs Pw_Packet:$packet);
  let assemblyFormat = "attr-dict `:` type($packet)";
}

def ExtractOp : Pw_Op<"extract", [Pure]> {
  let summary = "bytes at a constant coordinate; the first byte is in the lowest bits";
  let arguments = (ins Pw_Packet:$packet, I64Attr:$offset);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = "$packet `[` $offset `]` attr-dict `:` type($result)";
}

def ExtractAtOp : Pw_Op<"extract_at", [Pure]> {
  let summary = "bytes at a coordinate known only at run time";
  let description = [{ The coordinate is one of min, min + stride, ..., max; it is read as signed. }];
  let arguments = (ins Pw_Packet:$packet, Pw_Int:$at, I64Attr:$min, I64Attr:$max, I64Attr:$stride);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = [{
    $packet `[` $at `in` $min `to` $max `step` $stride `]` attr-dict `:` type($at) `->` type($result)
  }];
}

def InsertOp : Pw_Op<"insert", [Pure]> {
  let summary = "the packet with bytes at a constant coordinate replaced";
  let description = [{ `enable` tells whether the program gets here; the result counts only if it does. }];
  let arguments = (ins Pw_Packet:$packet, I64Attr:$offset, I1:$enable, Pw_Int:$data);
  let results = (outs Pw_Packet:$result);
  let assemblyFormat = "$packet `[` $offset `]` `,` $data `if` $enable attr-dict `:` type($data)";
}

def InsertAtOp : Pw_Op<"insert_at", [Pure]> {
  let summary = "the packet with bytes at a coordinate known only at run time replaced";
  let arguments = (ins Pw_Packet:$packet, Pw_Int:$at, I64Attr:$min, I64Attr:$max, I64Attr:$stride,
      I1:$enable, Pw_Int:$data);
  let results = (outs Pw_Packet:$result);
  let assemblyFormat = [{
    $packet `[` $at `in` $min `to` $max `step` $stride `]` `,` $data `if` $enable attr-dict `:`
    type($at) `,` type($data)
  }];
}

def FieldOp : Pw_Op<"field", [Pure]> {
  let summary = "bytes of the packet as received (after --pw-resolve-packet)";
  let arguments = (ins I64Attr:$offset);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = "$offset attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def PacketReadOp : Pw_Op<"packet_read", [Pure]> {
  let summary = "bytes of the packet as received, at any coordinate (after --pw-resolve-packet)";
  let description = [{ `at` is signed. Zeros outside of the packet, and if not enabled. }];
  let arguments = (ins I1:$enable, I16:$at);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = "`[` $at `]` `if` $enable attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def PutOp : Pw_Op<"put"> {
  let summary = "what the deparser writes (after --pw-resolve-packet); a later one wins";
  let arguments = (ins I64Attr:$offset, I1:$enable, Pw_Int:$data);
  let assemblyFormat = "$offset `,` $data `if` $enable attr-dict `:` type($data)";
}

//===-- maps --------------------------------------------------------------===//

def StateOp : Pw_Op<"initial", [Pure]> {
  let summary = "a map's contents when the packet arrives";
  let results = (outs Pw_State:$state);
  let assemblyFormat = "attr-dict `:` type($state)";
}

def FindOp : Pw_Op<"find", [Pure]> {
  let summary = "lookup: the handle {slot, hit}, zero if the key is absent";
  let arguments = (ins FlatSymbolRefAttr:$map, Optional<Pw_State>:$state, I1:$enable, Pw_Int:$key);
  let results = (outs Pw_Int:$handle);
  let assemblyFormat = [{
    $map `[` $key `]` `if` $enable (`on` $state^ `:` type($state))? attr-dict `:` type($key) `->` type($handle)
  }];
}

def AccessOp : Pw_Op<"access", [AttrSizedOperandSegments]> {
  let summary = "one access of a table: lookup, insertion if absent, removal if present";
  let description = [{
    `outcome` is {handle, found}: the low bits are the handle of the entry that was found (also of one just
    removed) or inserted, zero if there is none; the highest bit tells whether the key was there before.
    `insert` and `remove` count only under `enable`. `stamp` (the packet's index): LRU maps only. An access
    that neither inserts nor removes is a lookup. The scheduler chooses a `port` (ir/schedule/ports.h).
  }];
  let arguments = (ins FlatSymbolRefAttr:$map, Optional<Pw_State>:$state, I1:$enable, Pw_Int:$key,
      I1:$insert, I1:$remove, Optional<I32>:$stamp);
  let results = (outs Pw_Int:$outcome, Optional<Pw_State>:$result);
  let assemblyFormat = [{
    $map `[` $key `]` `insert` $insert `remove` $remove (`stamp` $stamp^)? `if` $enable
    (`on` $state^ `:` type($state) `->` type($result))? attr-dict `:` type($key) `->` type($outcome)
  }];
  let hasVerifier = 1;
}

def LoadOp : Pw_Op<"load", [Pure]> {
  let summary = "bytes of a map's value, before columns are formed";
  let description = [{ At byte `offset`, plus `at` (one of min, min + stride, ..., max) if it is there. }];
  let arguments = (ins FlatSymbolRefAttr:$map, Pw_State:$state, I1:$enable, Pw_Int:$handle,
      I64Attr:$offset, Optional<Pw_Int>:$at, OptionalAttr<I64Attr>:$max, OptionalAttr<I64Attr>:$stride);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = [{
    $map `[` $handle `,` $offset (`+` $at^ `:` type($at) `to` $max `step` $stride)? `]` `on` $state
    `if` $enable attr-dict `:` type($handle) `,` type($state) `->` type($result)
  }];
}

def StoreOp : Pw_Op<"store", [Pure]> {
  let summary = "the map with bytes of a value replaced, before columns are formed";
  let arguments = (ins FlatSymbolRefAttr:$map, Pw_State:$state, I1:$enable, Pw_Int:$handle,
      I64Attr:$offset, Pw_Int:$data, Optional<Pw_Int>:$at, OptionalAttr<I64Attr>:$max,
      OptionalAttr<I64Attr>:$stride);
  let results = (outs Pw_State:$result);
  let assemblyFormat = [{
    $map `[` $handle `,` $offset (`+` $at^ `:` type($at) `to` $max `step` $stride)? `]` `,` $data `on`
    $state `if` $enable attr-dict `:` type($handle) `,` type($data) `,` type($state) `->` type($result)
  }];
}

def ReadOp : Pw_Op<"read", [Pure, AttrSizedOperandSegments]> {
  let summary = "one word of a column";
  let arguments = (ins FlatSymbolRefAttr:$map, I64Attr:$column, Optional<Pw_State>:$state, I1:$enable,
      Pw_Int:$handle, Optional<Pw_Int>:$index);
  let results = (outs Pw_Int:$result);
  let assemblyFormat = [{
    $map `column` $column `[` $handle (`,` $index^ `:` type($index))? `]` `if` $enable
    (`on` $state^ `:` type($state))? attr-dict `:` type($handle) `->` type($result)
  }];
}

def WriteOp : Pw_Op<"write", [AttrSizedOperandSegments]> {
  let summary = "the map with one word of a column replaced";
  let arguments = (ins FlatSymbolRefAttr:$map, I64Attr:$column, Optional<Pw_State>:$state, I1:$enable,
      Pw_Int:$handle, Pw_Int:$data, Optional<Pw_Int>:$index, DenseBoolArrayAttr:$byte_enables);
  let results = (outs Optional<Pw_State>:$result);
  let assemblyFormat = [{
    $map `column` $column `[` $handle (`,` $index^ `:` type($index))? `]` `,` $data `bytes` $byte_enables
    `if` $enable (`on` $state^ `:` type($state) `->` type($result))? attr-dict `:` type($handle) `,` type($data)
  }];
}

//===-- effects -----------------------------------------------------------===//

def TraceOp : Pw_Op<"trace"> {
  let summary = "bpf_trace_printk with format `format`";
  let arguments = (ins I64Attr:$format, I1:$enable, I64:$a, I64:$b, I64:$c);
  let assemblyFormat = "$format `(` $a `,` $b `,` $c `)` `if` $enable attr-dict";
}

def EventOp : Pw_Op<"event", [AttrSizedOperandSegments]> {
  let summary = "an event for the host, through a perf event array or a ring buffer";
  let description = [{
    `map` is the index into the object's maps. The event is the first `length` bytes of `data`, and behind
    them `copied` bytes of the packet from coordinate `head` on: those of `packet`, and after
    --pw-resolve-packet those that were received, but for `bytes` at their `coordinates`.
  }];
  let arguments = (ins I64Attr:$map, I1:$enable, I16:$length, Pw_Int:$data, Optional<Pw_Packet>:$packet,
      Optional<I16>:$copied, Optional<I16>:$head, Variadic<I8>:$bytes,
      OptionalAttr<DenseI64ArrayAttr>:$coordinates);
  let assemblyFormat = [{
    $map `(` $data `,` $length `)` (`copied` $copied^ `from` $head)? (`of` $packet^)?
    (`but` $coordinates^ `(` $bytes `)`)? `if` $enable attr-dict `:` type($data)
  }];
  let hasVerifier = 1;
}

def ExitOp : Pw_Op<"exit", [AttrSizedOperandSegments, Terminator]> {
  let summary = "the verdict, the packet and the maps that the program leaves";
  let description = [{
    `values`: retval i32, head i16, tail i16, fill i16, trap i8, redirect_map i8, redirect_key i32,
    redirect_ifindex i32, redirect_flags i64; then the fields of the metadata that attribute `skb` lists
    (SkbField), where a tc program may change them. `packet` is gone after --pw-resolve-packet, `states` when
    the program is scheduled.
  }];
  let arguments = (ins Variadic<Pw_Int>:$values, Optional<Pw_Packet>:$packet, Variadic<Pw_State>:$states);
  let assemblyFormat = [{
    `(` $values `)` (`packet` $packet^)? (`states` $states^ `:` type($states))? attr-dict `:` type($values)
  }];
  let hasVerifier = 1;
}

#endif
