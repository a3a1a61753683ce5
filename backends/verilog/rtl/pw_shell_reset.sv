// Resets of two clocks, active high, out of a shell's request, active low and of the slower clock. They are asserted together for
// CLOCKS clocks of the slower one from power-on and from each request on, and end within a few clocks of each other. `done` is low from a
// request on until then.
module pw_shell_reset #(
    parameter integer CLOCKS = 64
) (
    input  wire slow_clk,
    input  wire fast_clk,
    input  wire request_n,
    output wire slow_rst,
    output wire fast_rst,
    output wire done
);
  localparam integer LOG = $clog2(CLOCKS);
  localparam [LOG:0] LAST = (LOG + 1)'(CLOCKS);
  localparam [LOG:0] NEXT = 1;
  reg [LOG:0] count = 0;
  reg active = 1;
  reg [2:0] fast = 3'b111;  // synchroniser, and a register of its own for what has many sinks
  always_ff @(posedge slow_clk) begin
    active <= !request_n || count != LAST;
    if (!request_n) count <= 0;
    else if (count != LAST) count <= count + NEXT;
  end
  always_ff @(posedge fast_clk) fast <= {fast[1:0], active};
  assign slow_rst = active;
  assign fast_rst = fast[2];
  assign done = !active && request_n;
endmodule
