// Packets of random lengths, with pauses and a reset in the middle: the place of each beat, and of the first of its packet.
module pw_packet_ring_tb;
  parameter integer DEPTH = 8;
  localparam integer LOG = $clog2(DEPTH);
  reg clk = 0, rst = 1, push = 0, last = 0;
  wire [LOG-1:0] place, base;
  pw_packet_ring #(.DEPTH(DEPTH)) dut (.*);
  integer now, beats = 0, first = 0, begun = 0, errors = 0, seed = 7;
  initial begin
    for (now = 0; now < 5000; now = now + 1) begin
      rst = now < 2 || now == 2000;
      push = now >= 2 && $random(seed) % 4 != 0;
      last = $random(seed) % 3 == 0;
      #1;
      if (push && !rst) begin
        if (!begun) first = beats;
        if (place !== LOG'(beats)) errors = errors + 1;
        if (base !== LOG'(first)) errors = errors + 1;
      end
      if (rst) begin
        beats = 0;
        begun = 0;
      end else if (push) begin
        beats = beats + 1;
        begun = !last;
      end
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
