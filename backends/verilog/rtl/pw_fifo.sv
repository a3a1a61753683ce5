// A FIFO whose head can be seen before it is popped.
//
// BLOCK = 0: LUT RAM. An entry pushed in clock t is at the head from t + 1 (if it is the only one).
// BLOCK = 1: block RAM, with a short queue in front of the head that hides its latency. From t + 3.
//
// `level` counts all entries that have been pushed and not popped, as registers know it in this clock. Pushing
// at level DEPTH and popping without head_valid are mistakes of the user.
module pw_fifo #(
    parameter integer WIDTH = 8,
    parameter integer DEPTH = 16,  // a power of two, at least 2 (BLOCK: at least 8)
    parameter integer BLOCK = 0
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire                   push,
    input  wire [WIDTH-1:0]       push_data,
    input  wire                   pop,
    output wire                   head_valid,
    output wire [WIDTH-1:0]       head,
    output wire [$clog2(DEPTH):0] level
);
  localparam integer LOG = $clog2(DEPTH);
  localparam [LOG:0] ONE = 1;
  localparam [LOG-1:0] NEXT = 1;

  reg [LOG:0] count;
  reg [LOG-1:0] write_at;
  always_ff @(posedge clk) begin
    if (rst) begin
      count <= 0;
      write_at <= 0;
    end else begin
      if (push && !pop) count <= count + ONE;
      if (pop && !push) count <= count - ONE;
      if (push) write_at <= write_at + NEXT;
    end
  end
  assign level = count;

  generate
    if (BLOCK == 0) begin : g_lut
      (* ram_style = "distributed" *) reg [WIDTH-1:0] memory[0:DEPTH-1];
      reg [LOG-1:0] read_at;
      always_ff @(posedge clk) begin
        if (push) memory[write_at] <= push_data;
        if (rst) read_at <= 0;
        else if (pop) read_at <= read_at + NEXT;
      end
      assign head_valid = count != 0;
      assign head = memory[read_at];
    end else begin : g_block
      (* ram_style = "block" *) reg [WIDTH-1:0] memory[0:DEPTH-1];
      (* ram_style = "distributed" *) reg [WIDTH-1:0] queue[0:3];
      reg [LOG:0] stored;  // in the block RAM, not yet read from it
      reg [LOG-1:0] read_at;
      reg [WIDTH-1:0] word;  // just read from it
      reg word_valid;
      reg [2:0] queued;
      reg [1:0] queue_in, queue_out;
      wire fetch = stored != 0 && queued + {2'd0, word_valid} < 3'd4;
      always_ff @(posedge clk) begin
        if (push) memory[write_at] <= push_data;
        if (fetch) word <= memory[read_at];
        if (word_valid) queue[queue_in] <= word;
        if (rst) begin
          stored <= 0;
          read_at <= 0;
          word_valid <= 0;
          queued <= 0;
          queue_in <= 0;
          queue_out <= 0;
        end else begin
          if (push && !fetch) stored <= stored + ONE;
          if (fetch && !push) stored <= stored - ONE;
          if (fetch) read_at <= read_at + NEXT;
          word_valid <= fetch;
          if (word_valid) queue_in <= queue_in + 2'd1;
          if (pop) queue_out <= queue_out + 2'd1;
          if (word_valid && !pop) queued <= queued + 3'd1;
          if (pop && !word_valid) queued <= queued - 3'd1;
        end
      end
      assign head_valid = queued != 0;
      assign head = queue[queue_out];
    end
  endgenerate
endmodule
