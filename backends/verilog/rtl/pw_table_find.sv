// A port of a pw_table that only looks keys up, or removes them too: one look-up a clock, with a copy of the rows. It sees what
// accesses of earlier clocks decided: what was written after the rows were read is told by the table as last_, as for its own accesses.
// BEHIND = 1: it sees what the access of the same clock decided, too, and takes a clock more. Nothing is removed then.
module pw_table_find #(
    parameter integer KEY = 32,
    parameter integer WAYS = 4,
    parameter integer PLACES = 2,
    parameter integer ROW_BITS = 4,
    parameter integer SLOT_BITS = 4,
    parameter integer STASH = 12,
    parameter integer TAKES = 0,  // 1: entries may go otherwise than by an access with their key
    parameter integer BEHIND = 0,
    parameter [2*((KEY>8*ROW_BITS?4*ROW_BITS:KEY)+ROW_BITS)-1:0] SECRET = 0
) (
    input  wire                             clk,
    input  wire                             restart,
    input  wire [2*KEY-1:0]                 mix,
    input  wire                             find_enable,
    input  wire [KEY-1:0]                   find_key,
    input  wire                             find_remove,
    output wire [SLOT_BITS+1:0]             find_result,  // {found, slot, hit}, four clocks later, BEHIND = 1: five
    // BEHIND = 1: in t + 3, what is found, unless the access of the same clock takes its slot.
    output wire                             touch,
    output wire [SLOT_BITS-1:0]             touch_slot,
    // what the table writes
    input  wire [WAYS*PLACES-1:0]           put,
    input  wire [WAYS*PLACES-1:0]           clear,
    input  wire [WAYS*PLACES*ROW_BITS-1:0]  write_rows,
    input  wire [KEY-1:0]                   key_3,  // of the access that is decided
    input  wire [SLOT_BITS-1:0]             put_slot,
    input  wire [WAYS*ROW_BITS-1:0]         row_3,
    // what it wrote in the last clock
    input  wire [WAYS*PLACES-1:0]           last_put,
    input  wire [WAYS*PLACES-1:0]           last_removed,
    input  wire [WAYS*PLACES-1:0]           last_evicted,
    input  wire [WAYS*ROW_BITS-1:0]         last_evicted_rows,
    input  wire [STASH-1:0]                 last_stashed,
    input  wire [STASH-1:0]                 last_swapped,
    input  wire [SLOT_BITS-1:0]             last_slot,
    input  wire                             last_wrote,
    input  wire                             last_present,
    /* verilator lint_off UNUSEDSIGNAL */  // BEHIND only
    input  wire                             last_took,  // last_slot was another key's
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [STASH-1:0]                 stash_valid,
    input  wire [STASH*KEY-1:0]             stash_key,
    input  wire [STASH*SLOT_BITS-1:0]       stash_slot,
    // what is removed in this clock
    output wire                             removes,
    output wire [SLOT_BITS-1:0]             removed_slot,
    output wire [WAYS*PLACES-1:0]           removed,
    output wire [WAYS*ROW_BITS-1:0]         removed_rows,
    output wire [STASH-1:0]                 stash_removed
);
  localparam integer N = WAYS * PLACES;

  // ---- t: hash
  wire [WAYS*ROW_BITS-1:0] hash;
  pw_table_hash #(.KEY(KEY), .WAYS(WAYS), .ROW_BITS(ROW_BITS), .SECRET(SECRET)) hasher (.key(find_key), .mix(mix), .rows(hash));
  reg find_1, find_2, find_3, remove_1, remove_2, remove_3;
  reg [KEY-1:0] own_key_1, own_key_2;
  reg [WAYS*ROW_BITS-1:0] own_row_1, own_row_2, own_row_3;
  always_ff @(posedge clk) begin
    {find_3, find_2, find_1} <= {find_2, find_1, find_enable} & {3{!restart}};
    {remove_3, remove_2, remove_1} <= {remove_2, remove_1, find_remove};
    {own_key_2, own_key_1} <= {own_key_1, find_key};
    {own_row_3, own_row_2, own_row_1} <= {own_row_2, own_row_1, hash};
  end

  // ---- t + 1: the rows are read; t + 2: compare
  reg same_2, same_3;
  wire same_1_3, same_2_3;
  pw_equal #(.WIDTH(KEY)) two_before (.a(own_key_1), .b(key_3), .enable(1'b1), .equal(same_1_3));
  pw_equal #(.WIDTH(KEY)) one_before (.a(own_key_2), .b(key_3), .enable(1'b1), .equal(same_2_3));
  always_ff @(posedge clk) begin
    same_2 <= same_1_3;
    same_3 <= same_2_3;
  end
  wire [N-1:0] match, match_before, near_places;
  reg [N-1:0] match_3;
  reg [N*SLOT_BITS-1:0] slots_3;
  wire [N*SLOT_BITS-1:0] slots;
  genvar w, p, s;
  generate
    for (w = 0; w < WAYS; w = w + 1) begin : g_way
      wire [ROW_BITS-1:0] own_1 = own_row_1[w*ROW_BITS+:ROW_BITS], own_2 = own_row_2[w*ROW_BITS+:ROW_BITS];
      wire [ROW_BITS-1:0] other = row_3[w*ROW_BITS+:ROW_BITS];
      wire [ROW_BITS-1:0] evicted = last_evicted_rows[w*ROW_BITS+:ROW_BITS];
      wire gone_2 = evicted == own_2, gone_3 = evicted == own_row_3[w*ROW_BITS+:ROW_BITS];
      reg near_2, near_3;
      always_ff @(posedge clk) begin
        near_2 <= own_1 == other;
        near_3 <= own_2 == other;
      end
      assign near_places[w*PLACES+:PLACES] = {PLACES{near_3}};
      for (p = 0; p < PLACES; p = p + 1) begin : g_place
        localparam integer I = w * PLACES + p;
        reg [KEY+SLOT_BITS:0] memory[0:(1<<ROW_BITS)-1];
        reg [KEY+SLOT_BITS:0] entry;
        always_ff @(posedge clk) begin
          if (put[I] || clear[I]) memory[write_rows[I*ROW_BITS+:ROW_BITS]] <= {key_3, put_slot, put[I]};
          entry <= memory[own_1];
        end
        wire put_2 = last_put[I] && near_2;
        wire cleared_2 = (last_removed[I] && near_2) || (last_evicted[I] && gone_2);
        wire put_3 = last_put[I] && near_3;
        wire cleared_3 = (last_removed[I] && near_3) || (last_evicted[I] && gone_3);
        wire equal;
        pw_equal #(.WIDTH(KEY)) compare (.a(entry[KEY+SLOT_BITS:SLOT_BITS+1]), .b(own_key_2), .enable(entry[0]), .equal(equal));
        always_ff @(posedge clk) begin
          match_3[I] <= put_2 ? same_2 : equal && !cleared_2;
          slots_3[I*SLOT_BITS+:SLOT_BITS] <= put_2 ? last_slot : entry[SLOT_BITS:1];
        end
        assign match[I] = put_3 ? same_3 : match_3[I] && !cleared_3;
        assign match_before[I] = match_3[I] && !(TAKES != 0 && last_evicted[I] && gone_3);
        assign slots[I*SLOT_BITS+:SLOT_BITS] = slots_3[I*SLOT_BITS+:SLOT_BITS] & {SLOT_BITS{match_3[I]}};
      end
    end
  endgenerate
  wire [STASH-1:0] stash_match, stash_match_before;
  wire [STASH*SLOT_BITS-1:0] stash_slots;
  reg [STASH-1:0] stash_match_3;
  generate
    for (s = 0; s < STASH; s = s + 1) begin : g_stash
      wire equal;
      pw_equal #(.WIDTH(KEY)) compare (.a(stash_key[s*KEY+:KEY]), .b(own_key_2), .enable(stash_valid[s]), .equal(equal));
      always_ff @(posedge clk) stash_match_3[s] <= equal;
      assign stash_match[s] = stash_valid[s] && (last_stashed[s] ? same_3 :
                                                 last_swapped[s] ? |(match_3 & last_put & near_places) : stash_match_3[s]);
      assign stash_match_before[s] = stash_match_3[s] && (TAKES == 0 || stash_valid[s]);
      assign stash_slots[s*SLOT_BITS+:SLOT_BITS] = stash_slot[s*SLOT_BITS+:SLOT_BITS] & {SLOT_BITS{stash_match_3[s]}};
    end
  endgenerate

  // ---- t + 3: as pw_table
  function [SLOT_BITS-1:0] any_slot(input [(N+STASH)*SLOT_BITS-1:0] of);
    integer i;
    begin
      any_slot = 0;
      for (i = 0; i < N + STASH; i = i + 1) any_slot = any_slot | of[i*SLOT_BITS+:SLOT_BITS];
    end
  endfunction
  wire known = same_3 && last_wrote;
  wire found = find_3 && (known ? last_present : (|match_before) || (|stash_match_before));
  wire [SLOT_BITS-1:0] slot = known ? last_slot : any_slot({stash_slots, slots});
  assign touch = found;
  assign touch_slot = slot;
  reg [SLOT_BITS+1:0] result;
  assign find_result = result;
  generate
    if (BEHIND != 0) begin : g_behind
      // ---- t + 4: what the access of the same clock has decided
      reg [KEY-1:0] own_key_3;
      reg find_4, found_4, same_4;
      wire same_3_3;
      pw_equal #(.WIDTH(KEY)) same_clock (.a(own_key_3), .b(key_3), .enable(1'b1), .equal(same_3_3));
      reg [SLOT_BITS-1:0] slot_4;
      wire known_4 = same_4 && last_wrote;
      wire found_now = find_4 && (known_4 ? last_present : found_4 && !(last_took && last_slot == slot_4));
      always_ff @(posedge clk) begin
        own_key_3 <= own_key_2;
        same_4 <= same_3_3;
        find_4 <= find_3 && !restart;
        found_4 <= found;
        slot_4 <= slot;
        result <= {1'b1, known_4 ? last_slot : slot_4, 1'b1} & {SLOT_BITS + 2{found_now}};
      end
    end else begin : g_before
      always_ff @(posedge clk) result <= {1'b1, slot, 1'b1} & {SLOT_BITS + 2{found}};
    end
  endgenerate
  assign removes = found && remove_3;
  assign removed_slot = slot;
  assign removed = match & {N{find_3 && remove_3}};
  assign removed_rows = own_row_3;
  assign stash_removed = stash_match & {STASH{find_3 && remove_3}};
endmodule
