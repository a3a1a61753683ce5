// Random pushes and pops against a list; the head must appear after exactly 1 (LUT RAM) or 3 (block RAM) clocks.
module pw_fifo_tb;
  parameter integer WIDTH = 9;
  parameter integer DEPTH = 8;
  parameter integer BLOCK = 0;
  localparam integer DELAY = BLOCK != 0 ? 3 : 1;
  localparam integer LOG = $clog2(DEPTH);

  reg clk = 0, rst = 1, push = 0, pop = 0;
  reg [WIDTH-1:0] push_data = 0;
  wire head_valid;
  wire [WIDTH-1:0] head;
  wire [LOG:0] level;
  pw_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .BLOCK(BLOCK)) dut (.*);

  reg [WIDTH-1:0] data[0:99999];
  integer since[0:99999];
  integer in = 0, out = 0, now = 0, errors = 0, rate_in, rate_out;
  initial begin
    for (now = 0; now < 20000; now = now + 1) begin
      rate_in = now / 1000 % 4;  // from starving to flooding
      rate_out = now / 4000 % 4;
      rst = now < 2 || now == 9000 || now == 9001;
      if (rst) begin
        push = 0;
        pop = 0;
        in = 0;
        out = 0;
      end
      #1;
      if (!rst) begin
        push = in - out < DEPTH && $urandom % 4 <= rate_in;
        push_data = $urandom;
        #1;
        if (now != 2 && now != 9002) begin
          if (head_valid !== (in > out && now - since[out] >= DELAY)) errors = errors + 1;
          if (level !== in - out) errors = errors + 1;
          if (head_valid && head !== data[out]) errors = errors + 1;
        end
        pop = head_valid === 1 && $urandom % 4 <= rate_out;
        #1;
        if (push) begin
          data[in] = push_data;
          since[in] = now;
          in = in + 1;
        end
        if (pop) out = out + 1;
      end
      clk = 1;
      #1 clk = 0;
      #1;
    end
    if (out < 1000) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
