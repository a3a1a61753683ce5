// Words written in several lanes at once or in none; rows read while others are written.
module pw_lpm_memory_tb;
  parameter integer WIDTH = 32;
  parameter integer LANES = 3;
  parameter integer DEPTH = 5;
  parameter integer ADDRESS = 3;
  reg clk = 0;
  reg [LANES-1:0] write = 0;
  reg [ADDRESS-1:0] write_address = 0, read_address = 0;
  reg [WIDTH-1:0] write_data = 0;
  wire [LANES*WIDTH-1:0] read_data;
  pw_lpm_memory #(.WIDTH(WIDTH), .LANES(LANES), .DEPTH(DEPTH), .ADDRESS(ADDRESS)) dut (.*);
  reg [LANES*WIDTH-1:0] rows[0:DEPTH-1], expected;
  integer n, lane, errors = 0;
  initial begin
    for (n = 0; n < 5000; n = n + 1) begin
      write = n < DEPTH ? {LANES{1'b1}} : $urandom;
      write_address = n < DEPTH ? n : $urandom % DEPTH;
      write_data = {$urandom, $urandom, $urandom, $urandom};
      read_address = $urandom % DEPTH;
      expected = rows[read_address];
      for (lane = 0; lane < LANES; lane = lane + 1)
        if (write[lane]) rows[write_address][lane*WIDTH+:WIDTH] = write_data;
      #1 clk = 1;
      #1 clk = 0;
      if (n > DEPTH && read_data !== expected) errors = errors + 1;
    end
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
