// After reset, walks once over the addresses 0 ... DEPTH - 1 so that a memory can be cleared (URAM has no initial contents).
module pw_clear #(
    parameter integer DEPTH = 2,
    parameter integer ADDRESS = 1  // bits of an address
) (
    input  wire               clk,
    input  wire               rst,
    output wire               clearing,
    output wire [ADDRESS-1:0] address
);
  localparam [ADDRESS-1:0] FINAL = ADDRESS'(DEPTH - 1);
  reg [ADDRESS-1:0] at;
  reg done;
  always_ff @(posedge clk) begin
    if (rst) begin
      at <= 0;
      done <= 0;
    end else if (!done) begin
      at <= at + 1'b1;
      done <= at == FINAL;
    end
  end
  assign clearing = !done;
  assign address = at;
endmodule
