// The free slots of a pw_table: those that were never used, lowest first, then those given back, oldest first. `slot` is
// the next one to be taken unless `full`; one that is given back in a clock can be taken in the next. Both in one clock: one that is
// given back is not the one that is taken. `crowded`: in the last clock MARGIN slots or fewer were free.
module pw_table_slots #(
    parameter integer ENTRIES = 16,
    parameter integer SLOT_BITS = 4,
    parameter integer MARGIN = 0
) (
    input  wire                 clk,
    input  wire                 restart,
    input  wire                 take,
    input  wire                 give,
    input  wire [SLOT_BITS-1:0] given,
    output wire [SLOT_BITS-1:0] slot,
    output wire                 full,
    output wire                 crowded
);
  localparam [SLOT_BITS-1:0] FINAL = SLOT_BITS'(ENTRIES - 1);
  reg [SLOT_BITS-1:0] fresh, used;  // used: slots taken now; modulo 2^SLOT_BITS, see full_q
  reg fresh_left, full_q;
  reg [SLOT_BITS-1:0] head, after_head, tail;
  reg [SLOT_BITS-1:0] memory[0:(1<<SLOT_BITS)-1];
  reg [SLOT_BITS-1:0] read, passed;
  reg pass;  // what was given in the last clock is the head
  reg crowded_q;
  wire pop = take && !fresh_left;
  wire [SLOT_BITS-1:0] at = pop ? after_head : head;

  always_ff @(posedge clk) begin
    if (give) memory[tail] <= given;
    read <= memory[at];
    passed <= given;
    pass <= give && at == tail;
    crowded_q <= restart ? MARGIN >= ENTRIES : full_q || 32'(used) + MARGIN >= ENTRIES;
    if (restart) begin
      fresh <= 0;
      used <= 0;
      fresh_left <= 1;
      full_q <= 0;
      head <= 0;
      after_head <= 1;
      tail <= 0;
    end else begin
      if (take) begin
        if (!give) used <= used + 1'b1;
        if (!give) full_q <= used == FINAL;
        if (fresh_left) begin
          fresh <= fresh + 1'b1;
          fresh_left <= fresh != FINAL;
        end else begin
          head <= after_head;
          after_head <= after_head + 1'b1;
        end
      end
      if (give) begin
        if (!take) used <= used - 1'b1;
        if (!take) full_q <= 0;
        tail <= tail + 1'b1;
      end
    end
  end
  assign slot = fresh_left ? fresh : pass ? passed : read;
  assign full = full_q;
  assign crowded = crowded_q;
endmodule
