// A memory of DEPTH rows of LANES words, written word by word and read row by row: in the clock after its address.
module pw_lpm_memory #(
    parameter integer WIDTH = 32,  // bits of a word
    parameter integer LANES = 1,
    parameter integer DEPTH = 2,
    parameter integer ADDRESS = 1,  // bits of an address
    /* verilator lint_off UNUSEDPARAM */ // only an attribute has it, which Verilator doesn't read
    parameter STYLE = "auto"
    /* verilator lint_on UNUSEDPARAM */
) (
    input  wire                   clk,
    input  wire [LANES-1:0]       write,
    input  wire [ADDRESS-1:0]     write_address,
    input  wire [WIDTH-1:0]       write_data,
    input  wire [ADDRESS-1:0]     read_address,
    output wire [LANES*WIDTH-1:0] read_data
);
  (* ram_style = STYLE *) reg [LANES*WIDTH-1:0] memory[0:DEPTH-1];
  reg [LANES*WIDTH-1:0] row;
  genvar n;
  generate
    for (n = 0; n < LANES; n = n + 1) begin : g_lane
      always_ff @(posedge clk) if (write[n]) memory[write_address][n*WIDTH+:WIDTH] <= write_data;
    end
  endgenerate
  always_ff @(posedge clk) row <= memory[read_address];
  assign read_data = row;
endmodule
