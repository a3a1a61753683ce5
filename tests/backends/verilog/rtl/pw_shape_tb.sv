// Random heads and tails, with lengths around the edges of beats, against the numbers that they stand for.
module pw_shape_tb;
  parameter integer BUS = 16;
  parameter integer MOVES_HEAD = 1;
  localparam integer LOG = $clog2(BUS);
  localparam integer WIDTH = MOVES_HEAD != 0 ? 71 - 2 * LOG : 35;

  reg [15:0] head = 0, tail = 0;
  wire [WIDTH-1:0] shape;
  pw_shape #(.BUS(BUS), .MOVES_HEAD(MOVES_HEAD)) dut (.*);

  wire [34:0] common = shape[WIDTH-1-:35];
  wire [15:0] bytes = common[34-:16];
  wire [16-LOG:0] beats = common[18-:17-LOG];
  wire single = common[LOG+1];
  wire [LOG:0] last_bytes = common[LOG:0];
  integer n, errors = 0, length, first, final_beat, start;

  task expect_that(input ok);
    if (!ok) errors = errors + 1;
  endtask

  function integer floor_div(input integer a);
    floor_div = a >= 0 ? a / BUS : -((BUS - 1 - a) / BUS);
  endfunction

  generate
    if (MOVES_HEAD != 0) begin : g_head
      wire double;
      wire signed [15-LOG:0] start_beat, last_beat;
      wire at_first, over_first, at_final;
      assign {double, start_beat, last_beat, at_first, over_first, at_final} = shape[WIDTH-36:0];
      always @(posedge done) begin
        expect_that(double == (length > BUS && length <= 2 * BUS));
        expect_that(start_beat == start && last_beat == final_beat);
        expect_that(at_first == (start == first) && over_first == (start > first) && at_final == (start == final_beat));
      end
    end
  endgenerate

  reg done = 0;
  initial begin
    for (n = 0; n < 20000; n = n + 1) begin
      length = $urandom % 3 == 0 ? $urandom % 9000 : BUS * ($urandom % 5) + $urandom % 3;
      start = MOVES_HEAD == 0 || $urandom % 4 == 0 ? 0 : $urandom % 2 == 0 ? -($urandom % 300) : $urandom % 300;
      head = start;
      tail = start + length;
      first = floor_div(start);
      final_beat = floor_div(length == 0 ? start : start + length - 1);
      start = start >= 0 ? 0 : start == first * BUS ? first : first + 1;
      #1 done = 1;
      #1 done = 0;
      expect_that(bytes == length && beats == (length == 0 ? 1 : (length + BUS - 1) / BUS));
      expect_that(single == (length <= BUS));
      expect_that(last_bytes == (length == 0 ? 0 : (length - 1) % BUS + 1));
    end
    if (errors == 0) $display("PASS");
    else $display("%0d errors", errors);
    $finish;
  end
endmodule
