// The `pw` dialect and its types. Operations: ops.td.
#ifndef PW_DIALECT_TD
#define PW_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def Pw_Dialect : Dialect {
  let name = "pw";
  let cppNamespace = "::pw::ir";
  let summary = "Packet programs as predicated data flow, and as pipelines of stages";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let dependentDialects = ["mlir::arith::ArithDialect"];
}

class Pw_Type<string name, string text> : TypeDef<Pw_Dialect, name> { let mnemonic = text; }

def Pw_Packet : Pw_Type<"Packet", "packet"> {
  let summary = "all bytes of a packet at one point of the program";
}

def Pw_State : Pw_Type<"State", "state"> {
  let summary = "contents of one map at one point of the program";
  let parameters = (ins StringRefParameter<"name of the map">:$map);
  let assemblyFormat = "`<` $map `>`";
}

def Pw_Column : AttrDef<Pw_Dialect, "Column"> {
  let mnemonic = "column";
  let summary = "a piece of a map's value that the program touches: a memory of its own";
  let parameters = (ins "unsigned":$offset, "unsigned":$bytes, "unsigned":$count);
  let assemblyFormat = "`<` $offset `,` $bytes `x` $count `>`";
}

#endif
