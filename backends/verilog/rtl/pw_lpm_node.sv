// One node of the search of pw_lpm: compares a key with the node's 2^BITS - 1 sorted keys at once. child is how many of them are
// less than the key, in the clock after they were given.
// Keys are compared in pieces of 64 bits, and the pieces' answers are joined in the clock in which child is there.
module pw_lpm_node #(
    parameter integer KEY = 32,  // bits
    parameter integer BITS = 2
) (
    input  wire                         clk,
    input  wire [((1<<BITS)-1)*KEY-1:0] keys,
    input  wire [KEY-1:0]               key,
    output wire [BITS-1:0]              child
);
  localparam integer COUNT = (1 << BITS) - 1;
  localparam integer PIECES = (KEY + 63) / 64;
  localparam integer LEAVES = 1 << $clog2(PIECES);
  wire [COUNT:0] less;  // keys that are less: the first ones
  assign less[COUNT] = 1'b0;
  genvar k, p, b, t;
  generate
    for (k = 0; k < COUNT; k = k + 1) begin : g_key
      // A heap: node i joins nodes 2i and 2i + 1; the pieces are LEAVES, LEAVES + 1, ..., lowest first.
      for (p = 2 * LEAVES - 1; p > 0; p = p - 1) begin : g_heap
        localparam integer LOW = 64 * (p - LEAVES);
        wire is_less;
        /* verilator lint_off UNUSEDSIGNAL */ // that of the whole key: nobody asks
        wire is_same;
        /* verilator lint_on UNUSEDSIGNAL */
        if (p < LEAVES) begin : g_join
          assign is_less = g_heap[2*p+1].is_less || (g_heap[2*p+1].is_same && g_heap[2*p].is_less);
          assign is_same = g_heap[2*p+1].is_same && g_heap[2*p].is_same;
        end else if (LOW < KEY) begin : g_compare
          localparam integer WIDTH = KEY - LOW < 64 ? KEY - LOW : 64;
          reg less_q, same_q;
          always_ff @(posedge clk) begin
            less_q <= keys[k*KEY+LOW+:WIDTH] < key[LOW+:WIDTH];
            same_q <= keys[k*KEY+LOW+:WIDTH] == key[LOW+:WIDTH];
          end
          assign is_less = less_q;
          assign is_same = same_q;
        end else begin : g_nothing
          assign is_less = 1'b0;
          assign is_same = 1'b1;
        end
      end
      assign less[k] = g_heap[1].is_less;
    end
    // Bit b of the number of ones of a row of ones and then zeros: it ends behind an odd multiple of 2^b of them.
    for (b = 0; b < BITS; b = b + 1) begin : g_bit
      localparam integer ENDS = 1 << (BITS - 1 - b);
      wire [ENDS-1:0] ends;
      for (t = 0; t < ENDS; t = t + 1) begin : g_end
        assign ends[t] = less[((2*t+1)<<b)-1] && !less[((2*t+2)<<b)-1];
      end
      assign child[b] = |ends;
    end
  endgenerate
endmodule
