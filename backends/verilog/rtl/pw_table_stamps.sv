// The stamps of one bank of a pw_table_lru in which two slots may be stamped a clock, with one stamp: a copy for each of the two. Which copy counts
// says the sum of their marks: a touch of a makes it 1, one of b makes it 0. Both of one slot in a clock: either copy is right.
//
// What is set in clock t is written in t + 1, when the mark that the other copy has is known. `stamp_read` is the stamp of the group
// `second`, if `advance` was 1 in the last clock, or `next`; what was set in that clock and in this one it lacks.
module pw_table_stamps #(
    parameter integer GROUPS = 4,
    parameter integer GROUP_BITS = 2
) (
    input  wire                  clk,
    input  wire                  restart,  // nothing is written
    input  wire                  set_a,
    input  wire [GROUP_BITS-1:0] group_a,
    input  wire                  set_b,
    input  wire [GROUP_BITS-1:0] group_b,
    input  wire [31:0]           stamp,
    input  wire                  advance,
    input  wire [GROUP_BITS-1:0] next,
    input  wire [GROUP_BITS-1:0] second,
    output wire [31:0]           stamp_read
);
  reg [32:0] copy_a[0:GROUPS-1], copy_b[0:GROUPS-1];  // {mark, stamp}
  // The same marks, to be read by the other one.
  (* ram_style = GROUPS > 64 ? "block" : "distributed" *) reg marks_a[0:GROUPS-1];
  (* ram_style = GROUPS > 64 ? "block" : "distributed" *) reg marks_b[0:GROUPS-1];
  integer i;
  initial begin
    for (i = 0; i < GROUPS; i = i + 1) begin
      copy_a[i] = 0;
      copy_b[i] = 0;
      marks_a[i] = 0;
      marks_b[i] = 0;
    end
  end

  // What is written now, and what was written in the last clock, which a mark that was read then lacks.
  reg write_a, write_b, after_a, after_b, mark_of_a, mark_of_b, old_mark_a, old_mark_b;
  reg [GROUP_BITS-1:0] at_a, at_b;
  reg [31:0] written;
  wire mark_a = !(after_b ? old_mark_b : mark_of_b);
  wire mark_b = after_a ? old_mark_a : mark_of_a;
  always_ff @(posedge clk) begin
    write_a <= set_a && !restart;
    write_b <= set_b && !restart;
    at_a <= group_a;
    at_b <= group_b;
    written <= stamp;
    mark_of_b <= marks_b[group_a];
    mark_of_a <= marks_a[group_b];
    after_b <= write_b && at_b == group_a;
    after_a <= write_a && at_a == group_b;
    old_mark_a <= mark_a;
    old_mark_b <= mark_b;
    if (write_a) marks_a[at_a] <= mark_a;
    if (write_b) marks_b[at_b] <= mark_b;
  end

  wire [GROUP_BITS-1:0] read_group = advance ? second : next;
  wire passes_next = (write_a && at_a == next) || (write_b && at_b == next);
  wire passes_second = (write_a && at_a == second) || (write_b && at_b == second);
  reg [32:0] read_a, read_b;
  reg [31:0] passed;
  reg pass;
  always_ff @(posedge clk) begin
    if (write_a) copy_a[at_a] <= {mark_a, written};
    if (write_b) copy_b[at_b] <= {mark_b, written};
    read_a <= copy_a[read_group];
    read_b <= copy_b[read_group];
    passed <= written;
    pass <= advance ? passes_second : passes_next;
  end
  assign stamp_read = pass ? passed : read_a[32] ^ read_b[32] ? read_a[31:0] : read_b[31:0];
endmodule
