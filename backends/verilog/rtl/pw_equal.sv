// Are a and b equal, and enable 1? Three bits are compared in a LUT, and a carry chain says whether all are alike: a third of the LUTs, and
// fewer levels, than a tree of gates over wide keys takes.
module pw_equal #(
    parameter integer WIDTH = 32
) (
    input  wire [WIDTH-1:0] a,
    input  wire [WIDTH-1:0] b,
    input  wire             enable,
    output wire             equal
);
  localparam integer THIRD = (WIDTH + 2) / 3;
  wire [WIDTH-1:0] differences = a ^ b;
  wire [3*THIRD-1:0] differ = (3 * THIRD)'(differences);
  wire [THIRD-1:0] unlike = differ[THIRD-1:0] | differ[2*THIRD-1:THIRD] | differ[3*THIRD-1:2*THIRD];
  /* verilator lint_off UNUSEDSIGNAL */  // the carry is wanted
  wire [THIRD:0] sum = {1'b0, ~unlike} + (THIRD + 1)'(1'b1);
  /* verilator lint_on UNUSEDSIGNAL */
  assign equal = enable && sum[THIRD];
endmodule
