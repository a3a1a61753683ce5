// The victims of a pw_table that evicts. Slots come in groups of four; the hand points at one. The victim is the slot of
// the group whose stamp is oldest: largest (now - stamp) mod 2^32, of several the lowest slot. `advance` moves the
// hand to the next group, in every clock if need be.
//
// For each slot the time of its last touch (stamp) and the place of its key in the rows (location) are kept. What changes
// them in a table's clock t is given here in t + 1 (set_...) and counts for the victim in t + 1.
module pw_table_lru #(
    parameter integer ENTRIES = 16,
    parameter integer SLOT_BITS = 4,
    parameter integer LOCATION = 6  // bits
) (
    input  wire                 clk,
    input  wire                 restart,
    input  wire                 set_stamp,
    input  wire                 set_location,
    input  wire [SLOT_BITS-1:0] set_slot,
    input  wire [31:0]          stamp,
    input  wire [LOCATION-1:0]  location,
    input  wire [31:0]          now,
    input  wire                 advance,
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
  localparam integer WORD = 32 + LOCATION;

  // The hand, and the groups one and two behind it.
  reg [GROUP_BITS-1:0] hand, next, second;
  wire [GROUP_BITS-1:0] read_group = advance ? second : next;
  always_ff @(posedge clk) begin
    if (restart) begin
      hand <= 0;
      next <= SECOND;
      second <= THIRD;
    end else if (advance) begin
      hand <= next;
      next <= second;
      second <= second == FINAL ? {GROUP_BITS{1'b0}} : second + 1'b1;
    end
  end

  // The change of this clock, which is written now, and that of the last clock, which the word that was read then lacks.
  wire [WIDE-1:0] set_wide = WIDE'(set_slot);
  wire [GROUP_BITS-1:0] set_group = set_wide[WIDE-1:2];
  reg [GROUP_BITS-1:0] old_group;
  reg [3:0] old_stamp_bank, old_location_bank;
  reg [31:0] old_stamp;
  reg [LOCATION-1:0] old_location;
  wire [3:0] bank = 4'b1 << set_wide[1:0];
  wire [3:0] stamp_bank = bank & {4{set_stamp}};
  wire [3:0] location_bank = bank & {4{set_location}};
  always_ff @(posedge clk) begin
    old_group <= set_group;
    old_stamp_bank <= stamp_bank & {4{!restart}};
    old_location_bank <= location_bank & {4{!restart}};
    old_stamp <= stamp;
    old_location <= location;
  end
  wire in_hand = set_group == hand;
  wire in_next = set_group == next;
  wire old_in_next = old_group == next;

  wire [4*WORD-1:0] words;
  /* verilator lint_off UNUSEDSIGNAL */  // not all bits are
  wire [3:0] there;  // the last group may have less than four
  wire [15:0] older;  // bit 4 * i + j, i < j: i is older than j, or as old
  /* verilator lint_on UNUSEDSIGNAL */
  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : g_bank
      reg [31:0] stamps[0:GROUPS-1];
      reg [LOCATION-1:0] locations[0:GROUPS-1];
      reg [31:0] stamp_read, stamp_kept;
      reg [LOCATION-1:0] location_read, location_kept;
      wire [31:0] stamp_hand = stamp_bank[i] && in_hand ? stamp : stamp_kept;
      wire [31:0] stamp_next = stamp_bank[i] && in_next ? stamp :
                               old_stamp_bank[i] && old_in_next ? old_stamp : stamp_read;
      wire [LOCATION-1:0] location_hand = location_bank[i] && in_hand ? location : location_kept;
      wire [LOCATION-1:0] location_next = location_bank[i] && in_next ? location :
                                          old_location_bank[i] && old_in_next ? old_location : location_read;
      always_ff @(posedge clk) begin
        if (stamp_bank[i]) stamps[set_group] <= stamp;
        if (location_bank[i]) locations[set_group] <= location;
        stamp_read <= stamps[read_group];
        location_read <= locations[read_group];
        stamp_kept <= advance ? stamp_next : stamp_hand;
        location_kept <= advance ? location_next : location_hand;
      end
      assign words[i*WORD+:WORD] = {location_hand, stamp_hand};
      assign group_locations[i*LOCATION+:LOCATION] = location_hand;
      assign there[i] = (GROUPS - 1) * 4 + i < ENTRIES ? 1'b1 : hand != FINAL;
    end
  endgenerate

  // Stamps above `now` are the older ones; among equals of this the smaller one is.
  wire [3:0] wrapped, wins;
  assign victim_bank = wins;
  assign victim_group = (SLOT_BITS + 1)'(hand);
  genvar j;
  generate
    for (i = 0; i < 4; i = i + 1) begin : g_candidate
      assign wrapped[i] = words[i*WORD+:32] > now;
      wire [3:0] beats;
      for (j = 0; j < 4; j = j + 1) begin : g_other
        if (i < j) begin : g_less
          wire below = words[i*WORD+:32] <= words[j*WORD+:32];
          assign older[4*i+j] = !there[j] || (wrapped[i] == wrapped[j] ? below : wrapped[i]);
          assign beats[j] = older[4*i+j];
        end else if (i == j) begin : g_self
          assign older[4*i+j] = 1'b0;
          assign beats[j] = 1'b1;
        end else begin : g_more
          assign older[4*i+j] = 1'b0;
          assign beats[j] = there[i] && !older[4*j+i];
        end
      end
      assign wins[i] = &beats;
    end
  endgenerate
  assign victim_location = (words[32+:LOCATION] & {LOCATION{wins[0]}}) | (words[WORD+32+:LOCATION] & {LOCATION{wins[1]}}) |
                           (words[2*WORD+32+:LOCATION] & {LOCATION{wins[2]}}) |
                           (words[3*WORD+32+:LOCATION] & {LOCATION{wins[3]}});
  wire [WIDE-1:0] wide = {hand, wins[3] | wins[2], wins[3] | wins[1]};
  assign victim_slot = wide[SLOT_BITS-1:0];
  generate
    if (WIDE > SLOT_BITS) begin : g_unused
      /* verilator lint_off UNUSEDSIGNAL */
      wire [WIDE-SLOT_BITS-1:0] unused = wide[WIDE-1:SLOT_BITS];
      /* verilator lint_on UNUSEDSIGNAL */
    end
  endgenerate
endmodule
