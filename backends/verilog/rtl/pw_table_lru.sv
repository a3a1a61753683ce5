// The victims of a pw_table that evicts. Slots come in groups of four; the hand points at one. The victim is the slot of
// the group whose stamp is oldest: largest (now - stamp) mod 2^32, of several the lowest slot. `advance` moves the
// hand to the next group, in every clock if need be.
//
// For each slot the time of its last touch (stamp) and the place of its key in the rows (location) are kept. What changes
// them in a table's clock t is given here in t + 1 (set_...) and counts for the victim in t + 1; the stamp that is set in t + 1 is `now` of t.
//
// Comparing four stamps takes longer than a clock has. So what the stamps of the hand's group are to each other (below), to `now` (above), and to
// the stamp that may be set (from_stamp, to_stamp) stands in registers, computed in the clock before; a choice looks at these only, once as
// if nothing were set in the group and once as if the bank set_slot were.
//
// TWO = 1: another slot is touched with the same stamp (second_...), given one clock earlier than set_slot, so that whether it is in the hand's
// group stands in registers, too.
module pw_table_lru #(
    parameter integer ENTRIES = 16,
    parameter integer SLOT_BITS = 4,
    parameter integer LOCATION = 6,  // bits
    parameter integer TWO = 0
) (
    input  wire                 clk,
    input  wire                 restart,
    input  wire                 set_stamp,
    input  wire                 set_location,
    input  wire [SLOT_BITS-1:0] set_slot,
    input  wire [LOCATION-1:0]  location,
    input  wire [31:0]          now,
    input  wire [31:0]          now_next,  // now in the next clock
    input  wire                 advance,
    /* verilator lint_off UNUSEDSIGNAL */  // TWO may be 0
    input  wire                 second_stamp,
    input  wire [SLOT_BITS-1:0] second_slot,
    /* verilator lint_on UNUSEDSIGNAL */
    output wire [SLOT_BITS-1:0] victim_slot,
    output wire [LOCATION-1:0]  victim_location,
    // The same, earlier: the group, the locations of its four slots, and which of them it is.
    output wire [SLOT_BITS:0]   victim_group,
    output wire [4*LOCATION-1:0] group_locations,
    output wire [3:0]           victim_bank
);
  localparam integer GROUPS = (ENTRIES + 3) / 4;
  localparam integer GROUP_BITS = SLOT_BITS > 2 ? SLOT_BITS - 2 : 1;
  localparam integer WIDE = GROUP_BITS + 2;
  localparam [GROUP_BITS-1:0] FINAL = GROUP_BITS'(GROUPS - 1);
  localparam [GROUP_BITS-1:0] SECOND = GROUP_BITS'(1 % GROUPS);
  localparam [GROUP_BITS-1:0] THIRD = GROUP_BITS'(2 % GROUPS);

  // The hand, and the groups one and two behind it. Is it the last one?
  reg [GROUP_BITS-1:0] hand, next, second;
  /* verilator lint_off UNUSEDSIGNAL */  // all groups may have four slots
  reg hand_final;
  /* verilator lint_on UNUSEDSIGNAL */
  always_ff @(posedge clk) begin
    if (restart) begin
      hand <= 0;
      next <= SECOND;
      second <= THIRD;
      hand_final <= GROUPS == 1;
    end else if (advance) begin
      hand <= next;
      next <= second;
      hand_final <= next == FINAL;
      second <= second == FINAL ? {GROUP_BITS{1'b0}} : second + 1'b1;
    end
  end

  // The change of this clock, which is written now, and that of the last clock, which the word that was read then lacks.
  wire [WIDE-1:0] set_wide = WIDE'(set_slot);
  wire [GROUP_BITS-1:0] set_group = set_wide[WIDE-1:2];
  reg old_in_next;  // is that of the last clock in the group next?
  reg [3:0] old_stamp_bank, old_location_bank;
  reg [31:0] stamp, old_stamp;
  reg [LOCATION-1:0] old_location;
  wire in_hand = set_group == hand;
  wire in_next = set_group == next;
  wire [3:0] bank = 4'b1 << set_wide[1:0];
  wire [3:0] stamp_bank = bank & {4{set_stamp}};
  wire [3:0] location_bank = bank & {4{set_location}};
  always_ff @(posedge clk) begin
    old_in_next <= advance ? set_group == second : in_next;
    old_stamp_bank <= stamp_bank & {4{!restart}};
    old_location_bank <= location_bank & {4{!restart}};
    old_stamp <= stamp;
    stamp <= now;
    old_location <= location;
  end

  // The second slot: its bank; is it in the hand's group, or the next one; was it in the one that is next now?
  wire [3:0] second_bank, second_old_bank;
  wire second_in_hand, second_in_next, second_old_in_next;
  /* verilator lint_off UNUSEDSIGNAL */
  wire [GROUP_BITS-1:0] second_group;
  /* verilator lint_on UNUSEDSIGNAL */
  generate
    if (TWO != 0) begin : g_second
      wire [WIDE-1:0] given = WIDE'(second_slot);
      reg [GROUP_BITS-1:0] group;
      reg [3:0] bank_now, bank_before;
      reg at_hand, at_next, at_second, advanced, old_at_next;
      wire in_second = group == second;
      always_ff @(posedge clk) begin
        group <= given[WIDE-1:2];
        bank_now <= (4'b1 << given[1:0]) & {4{second_stamp && !restart}};
        at_hand <= given[WIDE-1:2] == hand;
        at_next <= given[WIDE-1:2] == next;
        at_second <= given[WIDE-1:2] == second;
        advanced <= advance;
        bank_before <= bank_now & {4{!restart}};
        old_at_next <= advance ? in_second : second_in_next;
      end
      assign second_bank = bank_now;
      assign second_group = group;
      assign second_in_hand = advanced ? at_next : at_hand;
      assign second_in_next = advanced ? at_second : at_next;
      assign second_old_bank = bank_before;
      assign second_old_in_next = old_at_next;
    end else begin : g_no_second
      assign second_bank = 0;
      assign second_group = 0;
      assign second_in_hand = 0;
      assign second_in_next = 0;
      assign second_old_bank = 0;
      assign second_old_in_next = 0;
    end
  endgenerate

  // Registers of the hand's group: bit i of above is stamp i > now; of from_stamp, the stamp that may be set <= stamp i; of to_stamp, stamp i <= it;
  // bit 4 * i + j of below, i < j, is stamp i <= stamp j.
  reg [3:0] above;
  /* verilator lint_off UNUSEDSIGNAL */  // not all bits are
  reg [3:0] from_stamp, to_stamp;
  reg [15:0] below;
  wire [15:0] below_hand, below_next, older, older_set;
  wire [3:0] there;  // the last group may have less than four
  /* verilator lint_on UNUSEDSIGNAL */
  wire [3:0] second_here = second_bank & {4{second_in_hand}};
  reg stamp_above;  // the stamp that may be set > now
  wire stamp_above_next = stamp > now_next, now_to_stamp = now <= stamp;
  always_ff @(posedge clk) stamp_above <= now > now_next;
  wire [127:0] stamps_kept, stamps_next;
  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : g_bank
      (* ram_style = GROUPS > 64 ? "block" : "distributed" *) reg [LOCATION-1:0] locations[0:GROUPS-1];
      wire [31:0] stamp_read;
      reg [31:0] stamp_kept;
      reg [LOCATION-1:0] location_read, location_kept;
      wire sets_hand = (stamp_bank[i] && in_hand) || second_here[i];
      wire sets_next = (stamp_bank[i] && in_next) || (second_bank[i] && second_in_next);
      wire set_next = (old_stamp_bank[i] && old_in_next) || (second_old_bank[i] && second_old_in_next);
      wire [31:0] stamp_hand = sets_hand ? stamp : stamp_kept;
      wire [31:0] stamp_next = sets_next ? stamp : set_next ? old_stamp : stamp_read;
      wire [LOCATION-1:0] location_hand = location_bank[i] && in_hand ? location : location_kept;
      wire [LOCATION-1:0] location_next = location_bank[i] && in_next ? location :
                                          old_location_bank[i] && old_in_next ? old_location : location_read;
      always_ff @(posedge clk) begin
        if (location_bank[i]) locations[set_group] <= location;
        location_read <= locations[advance ? second : next];
        stamp_kept <= advance ? stamp_next : stamp_hand;
        location_kept <= advance ? location_next : location_hand;
      end
      if (TWO != 0) begin : g_two
        pw_table_stamps #(.GROUPS(GROUPS), .GROUP_BITS(GROUP_BITS)) both (
            .clk(clk), .restart(restart), .set_a(stamp_bank[i]), .group_a(set_group), .set_b(second_bank[i]), .group_b(second_group), .stamp(stamp),
            .advance(advance), .next(next), .second(second), .stamp_read(stamp_read));
      end else begin : g_one
        reg [31:0] stamps[0:GROUPS-1];
        reg [31:0] read;
        always_ff @(posedge clk) begin
          if (stamp_bank[i]) stamps[set_group] <= stamp;
          read <= stamps[advance ? second : next];
        end
        assign stamp_read = read;
      end
      assign stamps_kept[i*32+:32] = stamp_kept;
      assign stamps_next[i*32+:32] = stamp_next;
      assign group_locations[i*LOCATION+:LOCATION] = location_hand;
      assign there[i] = (GROUPS - 1) * 4 + i < ENTRIES ? 1'b1 : !hand_final;
    end
  endgenerate

  // The registers in the next clock: of this group with what is set now, or of the next one.
  wire [3:0] set_here = (stamp_bank & {4{in_hand}}) | second_here;
  genvar j;
  generate
    for (i = 0; i < 4; i = i + 1) begin : g_relation
      wire [31:0] kept = stamps_kept[i*32+:32], behind = stamps_next[i*32+:32];
      wire above_hand = set_here[i] ? stamp_above : above[i];
      wire above_later = set_here[i] ? stamp_above_next : kept > now_next;
      wire kept_now;
      pw_equal #(.WIDTH(32)) kept_is (.a(kept), .b(now), .enable(1'b1), .equal(kept_now));
      wire from_now = set_here[i] ? now_to_stamp : above[i] || kept_now;
      always_ff @(posedge clk) begin
        above[i] <= advance ? behind > now_next : above_later;
        from_stamp[i] <= advance ? behind >= now : from_now;
        to_stamp[i] <= advance ? behind <= now : !above_hand;
      end
      for (j = 0; j < 4; j = j + 1) begin : g_other
        if (i < j) begin : g_pair
          wire both = TWO != 0 && set_here[i] && set_here[j];
          assign below_hand[4*i+j] = both || (set_here[i] ? from_stamp[j] : set_here[j] ? to_stamp[i] : below[4*i+j]);
          assign below_next[4*i+j] = behind <= stamps_next[j*32+:32];
          // Stamps above `now` are the older ones; among equals of this the smaller one is.
          wire above_one = second_here[i] ? stamp_above : above[i], above_other = second_here[j] ? stamp_above : above[j];
          wire below_second = second_here[i] ? from_stamp[j] : second_here[j] ? to_stamp[i] : below[4*i+j];
          assign older[4*i+j] = !there[j] || (above_one == above_other ? below_second : above_one);
          wire set_i = set_wide[1:0] == i || second_here[i], set_j = set_wide[1:0] == j || second_here[j];
          wire above_i = set_i ? stamp_above : above[i], above_j = set_j ? stamp_above : above[j];
          wire below_set = (set_i && set_j) || (set_i ? from_stamp[j] : set_j ? to_stamp[i] : below[4*i+j]);
          assign older_set[4*i+j] = !there[j] || (above_i == above_j ? below_set : above_i);
        end else begin : g_none
          assign below_hand[4*i+j] = 1'b0;
          assign below_next[4*i+j] = 1'b0;
          assign older[4*i+j] = 1'b0;
          assign older_set[4*i+j] = 1'b0;
        end
      end
    end
  endgenerate
  always_ff @(posedge clk) below <= advance ? below_next : below_hand;

  // The older one of 0 and 1 against that of 2 and 3.
  /* verilator lint_off UNUSEDSIGNAL */
  function [1:0] oldest(input [15:0] of);
    reg upper;
    begin
      upper = of[1] ? (of[11] ? !of[2] : !of[3]) : (of[11] ? !of[6] : !of[7]);
      oldest = {upper, upper ? !of[11] : !of[1]};
    end
  endfunction
  /* verilator lint_on UNUSEDSIGNAL */
  wire [1:0] victim = set_stamp && in_hand ? oldest(older_set) : oldest(older);
  assign victim_bank = 4'b1 << victim;
  assign victim_group = (SLOT_BITS + 1)'(hand);
  assign victim_location = victim[1] ? (victim[0] ? group_locations[3*LOCATION+:LOCATION] : group_locations[2*LOCATION+:LOCATION]) :
                                       (victim[0] ? group_locations[LOCATION+:LOCATION] : group_locations[0+:LOCATION]);
  wire [WIDE-1:0] wide = {hand, victim};
  assign victim_slot = wide[SLOT_BITS-1:0];
  generate
    if (WIDE > SLOT_BITS) begin : g_unused
      /* verilator lint_off UNUSEDSIGNAL */
      wire [WIDE-SLOT_BITS-1:0] unused = wide[WIDE-1:SLOT_BITS];
      /* verilator lint_on UNUSEDSIGNAL */
    end
  endgenerate
endmodule
