// Packets that stay inside for a random time, some of which are dropped: at the output `about` is that of the packet on
// each beat, and `room` is low with DEPTH of them inside, not before.
module pw_follow_tb #(
    parameter integer WIDTH = 16,
    parameter integer DEPTH = 8
);
  reg clk = 0, rst = 1, put = 0, result = 0, sent = 0, sent_last = 0;
  reg [WIDTH-1:0] put_about = 0;
  wire room;
  wire [WIDTH-1:0] about;
  pw_follow #(.WIDTH(WIDTH), .DEPTH(DEPTH)) dut (.*);
  reg [WIDTH-1:0] waiting[0:65535];
  integer now, first = 0, last = 0, errors = 0, beats = 0, dropped = 0, full = 0;
  reg begun = 0, offered = 0, drop = 0;
  reg [WIDTH-1:0] mine = 0;
  initial begin
    for (now = 0; now < 30000; now = now + 1) begin
      rst = now < 2;
      result = 0;
      sent = 0;
      #1;
      if (now > 2) begin
        if (room !== (last - first != DEPTH)) errors = errors + 1;
        full = full + !room;
        put = room && $urandom % 3 != 0;
        put_about = $urandom;
        if (begun) begin  // in the middle of a frame
          sent = $urandom % 2;
          sent_last = $urandom % 2;
          if (about !== mine) errors = errors + 1;
        end else if (first != last) begin
          if (!offered) drop = $urandom % 3 == 0;
          offered = 1;
          if (about !== waiting[first]) errors = errors + 1;
          result = $urandom % (now / 5000 % 2 == 0 ? 2 : 8) == 0;
          sent = result && !drop;
          sent_last = $urandom % 2;
        end
      end
      #1 clk = 1;
      #1 clk = 0;
      if (put) waiting[last] = put_about;
      last = last + put;
      if (result) begin
        mine = waiting[first];
        first = first + 1;
        offered = 0;
        dropped = dropped + drop;
      end
      if (sent) begin
        begun = !sent_last;
        beats = beats + 1;
      end
      put = 0;
    end
    if (errors == 0 && beats > 2000 && dropped > 500 && full > 500) $display("PASS");
    else $display("FAIL: %0d errors, %0d beats, %0d dropped, %0d full", errors, beats, dropped, full);
  end
endmodule
