// A hash table whose keys come and go: one access a clock, in order, whatever the keys (README.md, "Tables"). An access issued in
// clock t is hashed in t, reads its rows in t + 1, compares in t + 2, is decided and written in t + 3; its result is there in t + 4.
//
// Registers _1, _2, _3 belong to the access that is in those clocks; last_ is what the access before it has written, which the rows that
// were read lack. An access knows beforehand whether it has the key (same) or a row (near) of those one and two before it.
// An entry of the stash is moved by an access of its own, with its key.
module pw_table #(
    parameter integer KEY = 32,  // bits
    parameter integer WAYS = 4,
    parameter integer PLACES = 2,  // entries of a row; WAYS and PLACES are powers of two
    parameter integer ROW_BITS = 4,
    parameter integer ENTRIES = 16,  // keys at most
    parameter integer SLOT_BITS = 4,
    parameter integer STASH = 12,  // entries, at least RESERVE + 5
    parameter integer RESERVE = 1,  // accesses that can still be issued once hold is high
    parameter integer LAST = RESERVE,  // clocks of hold in which an access can still be issued
    parameter integer MARGIN = 0,  // crowded: so many slots or fewer are free
    parameter integer LRU = 0,  // 1: a full table evicts
    parameter integer FINDS = 0,  // ports for look-ups (pw_table_find); with LRU at most 1, behind the access of its clock
    parameter integer REMOVES = 0,  // 1: the first of them may remove; then accesses don't, and LRU is 0
    parameter integer HOST_ADDRESS = 32,
    parameter [2*((KEY>8*ROW_BITS?4*ROW_BITS:KEY)+ROW_BITS)-1:0] SECRET = 0  // strings of the hash functions (pw_table_hash)
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     access_enable,
    input  wire [KEY-1:0]           access_key,
    input  wire                     access_insert,
    input  wire                     access_remove,
    input  wire [31:0]              access_stamp,  // also of a look-up
    output wire [SLOT_BITS+1:0]     access_result,  // {found, slot, hit}
    output wire                     hold,  // no packet may enter the region
    /* verilator lint_off UNUSEDSIGNAL */  // FINDS may be 0
    input  wire [(FINDS>0?FINDS:1)-1:0]     find_enable,
    input  wire [(FINDS>0?FINDS:1)*KEY-1:0] find_key,
    input  wire                     find_remove,  // of the first one
    /* verilator lint_on UNUSEDSIGNAL */
    output wire [(FINDS>0?FINDS:1)*(SLOT_BITS+2)-1:0] find_result,
    output wire                     crowded,
    input  wire                     host_select,
    input  wire                     host_write,
    input  wire [HOST_ADDRESS-1:0]  host_address,
    input  wire [KEY+1:0]           host_wdata,  // {key, operation}
    input  wire                     host_start,
    output wire                     host_done,
    output wire [KEY+SLOT_BITS+2:0] host_rdata,
    output wire                     clearing
);
  localparam integer N = WAYS * PLACES;
  localparam integer PICK = $clog2(N);
  localparam integer INDEX = $clog2(STASH);
  localparam integer USED = $clog2(STASH + 1);
  localparam integer FULL_AT = STASH - RESERVE - 5;  // hold rises with more than this many entries in the stash,
  localparam integer LOW = FULL_AT / 2;  // and falls with no more than this many
  localparam integer TRIES = 8;
  localparam integer TAKES = LRU + REMOVES;  // entries may go otherwise than by an access with their key

  // The lowest 1, in few levels of logic.
  function [STASH-1:0] first_of(input [STASH-1:0] of);
    integer distance;
    reg [STASH-1:0] below;  // is there a 1 here or below?
    begin
      below = of;
      for (distance = 1; distance < STASH; distance = 2 * distance) below = below | (below << distance);
      first_of = of & ~(below << 1);
    end
  endfunction

  // Control.
  wire restart, may_move, rehashing, seeding, host_go, look_go, load_host, load_looked, lift;
  wire load_stash, keep_looked;
  wire [INDEX-1:0] load_number;
  wire [ROW_BITS-1:0] at;
  wire [PICK-1:0] pick_at;
  wire [2*KEY-1:0] mix;
  /* verilator lint_off UNUSEDSIGNAL */
  wire [31:0] random;
  /* verilator lint_on UNUSEDSIGNAL */
  wire [PICK-1:0] random_pick;  // bits far apart, since it is a shift register
  genvar b;
  generate
    for (b = 0; b < PICK; b = b + 1) begin : g_random
      assign random_pick[b] = random[b*9];
    end
  endgenerate
  wire issue_host = host_go && !access_enable;
  wire issue_look = look_go && !access_enable;

  // In front of the hash, for everything but packets: an entry of the stash, or a key of the host or an entry that was looked at. Their sum,
  // since only the one that was loaded last is not zero: so a LUT a bit chooses among them and the packet's key, with its enable.
  reg [KEY+SLOT_BITS-1:0] own_entry, own_other;
  reg [STASH-1:0] own_index;
  reg move_ready, own_valid;
  // Nothing moves in the clock in which an entry is removed at another port.
  wire issue_move = move_ready && !access_enable && !host_go && !look_go && !(REMOVES != 0 && find_enable[0] && find_remove);

  // ---- t: hash
  wire [KEY+SLOT_BITS-1:0] loaded = own_entry | own_other;
  wire [KEY-1:0] key = access_enable ? access_key : loaded[KEY+SLOT_BITS-1:SLOT_BITS];
  wire [WAYS*ROW_BITS-1:0] hash;
  pw_table_hash #(.KEY(KEY), .WAYS(WAYS), .ROW_BITS(ROW_BITS), .SECRET(SECRET)) hasher (.key(key), .mix(mix), .rows(hash));
  reg access_1, access_2, access_3, move_1, move_2, move_3, look_1, look_2, look_3, host_1, host_2, host_3, host_4;
  reg insert_1, insert_2, insert_3, remove_1, remove_2, remove_3;
  reg [KEY-1:0] key_1, key_2, key_3;
  reg [WAYS*ROW_BITS-1:0] row_1, row_2, row_3;
  /* verilator lint_off UNUSEDSIGNAL */  // LRU only
  reg [WAYS*ROW_BITS-1:0] row_4;
  reg [31:0] stamp_1, stamp_2, stamp_3;
  /* verilator lint_on UNUSEDSIGNAL */
  reg [SLOT_BITS-1:0] slot_1, slot_2, slot_3;  // of an entry that moves
  reg [STASH-1:0] index_1, index_2, index_3;  // where it stands
  reg [PICK-1:0] pick_1, pick_2, pick_3;  // the place that it may be exchanged with; that to look at
  always_ff @(posedge clk) begin
    access_1 <= (access_enable || issue_host) && !restart;
    move_1 <= issue_move && !restart;
    look_1 <= issue_look && !restart;
    host_1 <= issue_host && !restart;
    {access_3, access_2} <= {access_2, access_1} & {2{!restart}};
    {move_3, move_2} <= {move_2, move_1} & {2{!restart}};
    {look_3, look_2} <= {look_2, look_1} & {2{!restart}};
    {host_4, host_3, host_2} <= {host_3, host_2, host_1} & {3{!restart}};
    insert_1 <= access_enable ? access_insert : host_wdata[1:0] == 2'd1;
    remove_1 <= access_enable ? access_remove : host_wdata[1:0] == 2'd2;
    {insert_3, insert_2} <= {insert_2, insert_1};
    {remove_3, remove_2} <= {remove_2, remove_1};
    key_1 <= key;
    {key_3, key_2} <= {key_2, key_1};
    row_1 <= issue_look ? {WAYS{at}} : hash;
    {row_4, row_3, row_2} <= {row_3, row_2, row_1};
    stamp_1 <= issue_host ? 32'd0 : access_stamp;
    {stamp_3, stamp_2} <= {stamp_2, stamp_1};
    slot_1 <= own_entry[SLOT_BITS-1:0];
    {slot_3, slot_2} <= {slot_2, slot_1};
    index_1 <= own_index;
    {index_3, index_2} <= {index_2, index_1};
    pick_1 <= look_go ? pick_at : random_pick;
    {pick_3, pick_2} <= {pick_2, pick_1};
  end

  // What was decided in the last clock.
  reg [N-1:0] last_put, last_removed, last_evicted;
  reg [STASH-1:0] last_stashed, last_swapped;
  reg [SLOT_BITS-1:0] last_slot;
  reg [WAYS*ROW_BITS-1:0] last_evicted_rows;
  reg last_wrote, last_present;  // its own key

  // ---- t + 1: the rows are read; who is near?
  reg same_2, same_3;  // two before; one before
  reg [WAYS-1:0] near_2, near_3;
  wire same_1_3, same_2_3;
  pw_equal #(.WIDTH(KEY)) two_before (.a(key_1), .b(key_3), .enable(1'b1), .equal(same_1_3));
  pw_equal #(.WIDTH(KEY)) one_before (.a(key_2), .b(key_3), .enable(1'b1), .equal(same_2_3));
  always_ff @(posedge clk) begin
    same_2 <= same_1_3;
    same_3 <= same_2_3;
  end

  // ---- t + 2: compare
  wire [N-1:0] put, clear, match, match_before, valid, written_2, written_3;
  reg [N-1:0] match_3, valid_3;
  reg [N*SLOT_BITS-1:0] slots_3;
  wire dirty_3;  // the picked place was written after it was read
  wire [N*SLOT_BITS-1:0] slots;  // of those that match
  wire [N*(KEY+SLOT_BITS)-1:0] read;
  wire [N-1:0] read_valid;
  wire [N-1:0] evict_place;
  wire [WAYS*ROW_BITS-1:0] evict_rows;
  /* verilator lint_off UNUSEDSIGNAL */  // FINDS may be 0
  wire [N*ROW_BITS-1:0] write_rows;
  /* verilator lint_on UNUSEDSIGNAL */
  wire [SLOT_BITS-1:0] put_slot;
  genvar w, p, s;
  generate
    for (w = 0; w < WAYS; w = w + 1) begin : g_way
      wire [ROW_BITS-1:0] own_1 = row_1[w*ROW_BITS+:ROW_BITS], own_2 = row_2[w*ROW_BITS+:ROW_BITS];
      wire [ROW_BITS-1:0] own_3 = row_3[w*ROW_BITS+:ROW_BITS];
      wire [ROW_BITS-1:0] evicted = last_evicted_rows[w*ROW_BITS+:ROW_BITS];
      wire gone_2 = evicted == own_2, gone_3 = evicted == own_3;
      always_ff @(posedge clk) begin
        near_2[w] <= own_1 == own_3;
        near_3[w] <= own_2 == own_3;
      end
      for (p = 0; p < PLACES; p = p + 1) begin : g_place
        localparam integer I = w * PLACES + p;
        reg [KEY+SLOT_BITS:0] memory[0:(1<<ROW_BITS)-1];
        reg [KEY+SLOT_BITS:0] entry;
        wire [ROW_BITS-1:0] write_row = clearing || lift ? at : evict_place[I] ? evict_rows[w*ROW_BITS+:ROW_BITS] : own_3;
        assign write_rows[I*ROW_BITS+:ROW_BITS] = write_row;
        always_ff @(posedge clk) begin
          if (put[I] || clear[I]) memory[write_row] <= {key_3, put_slot, put[I]};
          entry <= memory[own_1];
        end
        assign read[I*(KEY+SLOT_BITS)+:KEY+SLOT_BITS] = entry[KEY+SLOT_BITS:1];
        assign read_valid[I] = entry[0];
        wire put_2 = last_put[I] && near_2[w];
        wire cleared_2 = (last_removed[I] && near_2[w]) || (last_evicted[I] && gone_2);
        wire put_3 = last_put[I] && near_3[w];
        wire cleared_3 = (last_removed[I] && near_3[w]) || (last_evicted[I] && gone_3);
        assign written_2[I] = put_2 || cleared_2;
        assign written_3[I] = put_3 || cleared_3;
        wire equal;
        pw_equal #(.WIDTH(KEY)) compare (.a(entry[KEY+SLOT_BITS:SLOT_BITS+1]), .b(key_2), .enable(entry[0]), .equal(equal));
        always_ff @(posedge clk) begin
          match_3[I] <= put_2 ? same_2 : equal && !cleared_2;
          valid_3[I] <= put_2 || (entry[0] && !cleared_2);
          slots_3[I*SLOT_BITS+:SLOT_BITS] <= put_2 ? last_slot : entry[SLOT_BITS:1];
        end
        assign match[I] = put_3 ? same_3 : match_3[I] && !cleared_3;
        assign valid[I] = put_3 || (valid_3[I] && !cleared_3);
        assign match_before[I] = match_3[I] && !(TAKES != 0 && last_evicted[I] && gone_3);
        assign slots[I*SLOT_BITS+:SLOT_BITS] = slots_3[I*SLOT_BITS+:SLOT_BITS] & {SLOT_BITS{match_3[I]}};
      end
    end
  endgenerate
  // The entry at the picked place, by a tree of choices. The last choice is a sum behind registers: the half that is not picked is zero.
  wire [KEY-1:0] picked_key;
  wire [SLOT_BITS-1:0] picked_slot;
  wire picked_valid;
  generate
    for (b = 0; b < PICK; b = b + 1) begin : g_pick
      wire [(N>>b)*(KEY+SLOT_BITS+2)-1:0] left;
      for (p = 0; p < N >> b; p = p + 1) begin : g_one
        localparam integer W = KEY + SLOT_BITS + 2;
        if (b == 0) begin : g_read
          assign left[p*W+:W] = {read[p*(KEY+SLOT_BITS)+:KEY+SLOT_BITS], read_valid[p], written_2[p]};
        end else begin : g_choice
          assign left[p*W+:W] = pick_2[b-1] ? g_pick[b-1].left[(2*p+1)*W+:W] : g_pick[b-1].left[2*p*W+:W];
        end
      end
    end
  endgenerate
  reg [KEY+SLOT_BITS+1:0] lower_3, upper_3;  // {entry, written since}
  reg lower_2;  // not pick_2[PICK-1]: a register of its own resets the other half
  always_ff @(posedge clk) begin
    lower_2 <= !pick_1[PICK-1];
    if (!keep_looked) begin
      if (pick_2[PICK-1]) lower_3 <= 0;
      else lower_3 <= g_pick[PICK-1].left[0+:KEY+SLOT_BITS+2];
      if (lower_2) upper_3 <= 0;
      else upper_3 <= g_pick[PICK-1].left[KEY+SLOT_BITS+2+:KEY+SLOT_BITS+2];
    end
  end
  assign {picked_key, picked_slot, picked_valid, dirty_3} = lower_3 | upper_3;

  // The stash. Its entries are compared in t + 2 and lack what is decided in that clock.
  reg [STASH-1:0] stash_valid, stash_match_3, busy;  // busy: an access that moves the entry is on the way
  reg [STASH*KEY-1:0] stash_key;
  reg [STASH*SLOT_BITS-1:0] stash_slot;
  wire [STASH-1:0] stash_match, stash_match_before, stash_put, stash_swap, stash_clear, stash_moved, find_stash_removed;
  wire [STASH*SLOT_BITS-1:0] stash_slots;  // of those that match
  // At most one is written in a clock.
  wire swaps;
  wire [STASH-1:0] stash_write = stash_put | stash_swap | (stash_free_first & {STASH{lift}});
  wire [KEY+SLOT_BITS-1:0] stash_new = lift || swaps ? {picked_key, picked_slot} : {key_3, put_slot};
  // An entry that was exchanged is the one that was read at the place where the other one was put.
  wire [N-1:0] near_places;
  generate
    for (w = 0; w < WAYS; w = w + 1) begin : g_near
      assign near_places[w*PLACES+:PLACES] = {PLACES{near_3[w]}};
    end
    for (s = 0; s < STASH; s = s + 1) begin : g_stash
      wire equal;
      pw_equal #(.WIDTH(KEY)) compare (.a(stash_key[s*KEY+:KEY]), .b(key_2), .enable(stash_valid[s]), .equal(equal));
      always_ff @(posedge clk) begin
        stash_match_3[s] <= equal;
        stash_valid[s] <= !restart && (stash_put[s] || (lift && stash_free_first[s]) ||
                                       (stash_valid[s] && !stash_clear[s] && !stash_moved[s] && !find_stash_removed[s]));
        busy[s] <= !restart && (load_move[s] || (busy[s] && !(move_3 && index_3[s])));
        if (stash_write[s]) begin
          stash_key[s*KEY+:KEY] <= stash_new[KEY+SLOT_BITS-1:SLOT_BITS];
          stash_slot[s*SLOT_BITS+:SLOT_BITS] <= stash_new[SLOT_BITS-1:0];
        end
      end
      assign stash_match[s] = stash_valid[s] && (last_stashed[s] ? same_3 :
                                                 last_swapped[s] ? |(match_3 & last_put & near_places) : stash_match_3[s]);
      assign stash_match_before[s] = stash_match_3[s] && (TAKES == 0 || stash_valid[s]);
      assign stash_slots[s*SLOT_BITS+:SLOT_BITS] = stash_slot[s*SLOT_BITS+:SLOT_BITS] & {SLOT_BITS{stash_match_3[s]}};
    end
  endgenerate
  wire [STASH-1:0] stash_free = ~(stash_valid | busy);
  wire [STASH-1:0] stash_free_first = first_of(stash_free);

  // ---- t + 3: decide
  function [SLOT_BITS-1:0] any_slot(input [(N+STASH)*SLOT_BITS-1:0] of);
    integer i;
    begin
      any_slot = 0;
      for (i = 0; i < N + STASH; i = i + 1) any_slot = any_slot | of[i*SLOT_BITS+:SLOT_BITS];
    end
  endfunction
  // The first free place in the way with the fewest entries in its row, the lowest way of several; not `but`.
  function [N-1:0] choose(input [N-1:0] taken, input [N-1:0] but);
    integer level, way, place, count;
    reg found_one;
    begin
      choose = 0;
      found_one = 0;
      for (level = 0; level < PLACES; level = level + 1)
        for (way = 0; way < WAYS; way = way + 1) begin
          count = 0;
          for (place = 0; place < PLACES; place = place + 1) count = count + 32'(taken[way*PLACES+place]);
          for (place = 0; place < PLACES; place = place + 1)
            if (!found_one && count == level && !taken[way*PLACES+place] && !but[way*PLACES+place]) begin
              choose[way*PLACES+place] = 1;
              found_one = 1;
            end
        end
    end
  endfunction
  wire full, find_removes;
  /* verilator lint_off UNUSEDSIGNAL */  // LRU only
  wire find_touch;
  wire [SLOT_BITS-1:0] find_touch_slot;
  /* verilator lint_on UNUSEDSIGNAL */
  wire [SLOT_BITS-1:0] free_slot, victim_slot, find_removed_slot;
  wire [N-1:0] taken_place;  // that of the victim, or what is removed at another port; none: it is in the stash
  wire [STASH-1:0] victim_stash;
  wire [N-1:0] first_choice = choose(valid, {N{1'b0}});
  wire [N-1:0] second_choice = choose(valid, first_choice);
  // If the last access had this key and wrote, it knows the answer. If not, only an eviction can have taken away what
  // was found; one that was exchanged since is found where it was.
  wire known = same_3 && last_wrote;
  wire found = known ? last_present : (|match_before) || (|stash_match_before);
  wire [SLOT_BITS-1:0] found_slot = known ? last_slot : any_slot({stash_slots, slots});
  wire inserts = access_3 && insert_3 && !found && (!full || LRU != 0);
  wire removes = access_3 && remove_3 && found;
  wire evicts = inserts && full;
  wire live = move_3 && (|(index_3 & stash_valid));
  assign swaps = live && first_choice == 0 && !dirty_3 && !written_3[pick_3];
  wire moves = live && first_choice != 0;
  wire [N-1:0] picked = {{N - 1{1'b0}}, 1'b1} << pick_3;
  // A memory in which a place is cleared in this clock can't take the new key.
  wire avoids = access_3 && (full || LRU == 0) && TAKES != 0 && (first_choice & taken_place) != 0;
  wire [N-1:0] choice = avoids ? second_choice : first_choice;
  wire [N-1:0] lifted = ({{N - 1{1'b0}}, 1'b1} << pick_at) & {N{lift}};
  wire [N-1:0] removed = match & {N{removes}};
  assign evict_place = taken_place & {N{evicts || LRU == 0}};
  assign put = (choice & {N{inserts || moves}}) | (picked & {N{swaps}});
  assign clear = {N{clearing}} | lifted | removed | evict_place;
  assign put_slot = move_3 ? slot_3 : full ? victim_slot : free_slot;
  assign stash_put = stash_free_first & {STASH{inserts && choice == 0}};
  assign stash_swap = index_3 & {STASH{swaps}};
  assign stash_moved = index_3 & {STASH{moves}};
  assign stash_clear = (stash_match & {STASH{removes}}) | (victim_stash & {STASH{evicts}});

  reg [SLOT_BITS+1:0] result;
  always_ff @(posedge clk) begin
    if (restart) begin
      {last_put, last_removed, last_evicted} <= 0;
      {last_stashed, last_swapped} <= 0;
      last_wrote <= 1'b0;
    end else begin
      {last_put, last_removed, last_evicted} <= {put, removed, evict_place};
      {last_stashed, last_swapped} <= {stash_put, stash_swap};
      last_wrote <= inserts || removes || moves || swaps;
    end
    last_slot <= put_slot;
    last_present <= !removes;
    last_evicted_rows <= evict_rows;
    result <= {found && access_3, found ? found_slot : put_slot, 1'b1} & {SLOT_BITS + 2{access_3 && (found || inserts)}};
  end
  assign access_result = result;
  pw_table_slots #(.ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS), .MARGIN(MARGIN)) slot_list (
      .clk(clk), .restart(restart), .take(inserts && !full), .give(removes || find_removes),
      .given(REMOVES != 0 && find_removes ? find_removed_slot : found_slot), .slot(free_slot), .full(full), .crowded(crowded));

  // ---- the other ports
  /* verilator lint_off UNUSEDSIGNAL */
  reg last_took;  // by an eviction
  /* verilator lint_on UNUSEDSIGNAL */
  always_ff @(posedge clk) last_took <= evicts;
  generate
    for (p = 0; p < FINDS; p = p + 1) begin : g_find
      /* verilator lint_off UNUSEDSIGNAL */  // of the first one only
      wire port_removes, port_touch;
      wire [SLOT_BITS-1:0] port_slot, port_touch_slot;
      wire [N-1:0] port_removed;
      wire [WAYS*ROW_BITS-1:0] port_rows;
      wire [STASH-1:0] port_stash;
      /* verilator lint_on UNUSEDSIGNAL */
      pw_table_find #(.KEY(KEY), .WAYS(WAYS), .PLACES(PLACES), .ROW_BITS(ROW_BITS), .SLOT_BITS(SLOT_BITS), .STASH(STASH),
                      .TAKES(TAKES), .BEHIND(LRU), .SECRET(SECRET)) find (
          .clk(clk), .restart(restart), .mix(mix), .find_enable(find_enable[p]), .find_key(find_key[p*KEY+:KEY]),
          .find_remove(REMOVES != 0 && p == 0 && find_remove), .find_result(find_result[p*(SLOT_BITS+2)+:SLOT_BITS+2]),
          .touch(port_touch), .touch_slot(port_touch_slot),
          .put(put), .clear(clear), .write_rows(write_rows), .key_3(key_3), .put_slot(put_slot), .row_3(row_3),
          .last_put(last_put), .last_removed(last_removed), .last_evicted(last_evicted), .last_evicted_rows(last_evicted_rows),
          .last_stashed(last_stashed), .last_swapped(last_swapped), .last_slot(last_slot), .last_wrote(last_wrote),
          .last_present(last_present), .last_took(last_took), .stash_valid(stash_valid), .stash_key(stash_key), .stash_slot(stash_slot),
          .removes(port_removes), .removed_slot(port_slot), .removed(port_removed), .removed_rows(port_rows),
          .stash_removed(port_stash));
    end
    if (FINDS == 0) begin : g_no_find
      assign find_result = 0;
      assign find_touch = 0;
      assign find_touch_slot = 0;
    end else begin : g_touch
      assign find_touch = g_find[0].port_touch;
      assign find_touch_slot = g_find[0].port_touch_slot;
    end
    if (REMOVES != 0) begin : g_removes
      assign find_removes = g_find[0].port_removes;
      assign find_removed_slot = g_find[0].port_slot;
      assign find_stash_removed = g_find[0].port_stash;
      assign taken_place = g_find[0].port_removed;
      assign evict_rows = g_find[0].port_rows;
    end else begin : g_no_removes
      assign find_removes = 0;
      assign find_removed_slot = 0;
      assign find_stash_removed = 0;
      if (LRU == 0) begin : g_none
        assign taken_place = 0;
        assign evict_rows = 0;
      end
    end
  endgenerate

  generate
    if (LRU != 0) begin : g_lru
      // What last_slot was put into, and who was touched, one clock later.
      reg touched;
      reg [SLOT_BITS-1:0] touched_slot;
      always_ff @(posedge clk) begin
        touched <= access_3 && (found || inserts);
        touched_slot <= access_3 && found ? found_slot : put_slot;
      end
      wire [PICK-1:0] place_number;
      wire [ROW_BITS-1:0] put_row;
      for (w = 0; w < WAYS; w = w + 1) begin : g_row
        wire [ROW_BITS-1:0] so_far;
        wire [ROW_BITS-1:0] own = row_4[w*ROW_BITS+:ROW_BITS] & {ROW_BITS{|last_put[w*PLACES+:PLACES]}};
        if (w == 0) begin : g_first
          assign so_far = own;
        end else begin : g_next
          assign so_far = g_row[w-1].so_far | own;
        end
      end
      assign put_row = g_row[WAYS-1].so_far;
      for (p = 0; p < PICK; p = p + 1) begin : g_number
        wire [N-1:0] ones;
        for (w = 0; w < N; w = w + 1) begin : g_one
          assign ones[w] = (w >> p) % 2 != 0;
        end
        assign place_number[p] = |(last_put & ones);
      end
      localparam integer LOCATION = PICK + ROW_BITS;
      wire [ROW_BITS-1:0] victim_row;
      assign evict_rows = {WAYS{victim_row}};
      wire [SLOT_BITS:0] victim_group;
      wire [3:0] bank, in_stash;
      /* verilator lint_off UNUSEDSIGNAL */  // the places are decoded below, earlier
      wire [4*LOCATION-1:0] locations;
      wire [PICK-1:0] victim_number;
      /* verilator lint_on UNUSEDSIGNAL */
      pw_table_lru #(.ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS), .LOCATION(LOCATION), .TWO(FINDS)) lru (
          .clk(clk), .restart(restart), .set_stamp(touched), .set_location(|last_put), .set_slot(touched_slot),
          .location({place_number, put_row}), .now(stamp_3), .now_next(stamp_2), .advance(evicts),
          .second_stamp(find_touch), .second_slot(find_touch_slot), .victim_slot(victim_slot), .victim_location({victim_number, victim_row}), .victim_group(victim_group),
          .group_locations(locations), .victim_bank(bank));
      // Where each slot of the group is, while its stamps are compared: in the stash or in the place remembered.
      wire [4*STASH-1:0] banks;
      for (s = 0; s < STASH; s = s + 1) begin : g_victim
        wire [SLOT_BITS+2:0] own = (SLOT_BITS + 3)'(stash_slot[s*SLOT_BITS+:SLOT_BITS]);
        wire [3:0] in_bank = (4'b1 << own[1:0]) & {4{stash_valid[s] && own[SLOT_BITS+2:2] == victim_group}};
        for (p = 0; p < 4; p = p + 1) begin : g_bank
          assign banks[p*STASH+s] = in_bank[p];
        end
        assign victim_stash[s] = |(in_bank & bank);
      end
      wire [4*N-1:0] places;
      for (p = 0; p < 4; p = p + 1) begin : g_place_of
        assign in_stash[p] = |banks[p*STASH+:STASH];
        assign places[p*N+:N] = ({{N - 1{1'b0}}, 1'b1} << locations[p*LOCATION+ROW_BITS+:PICK]) & {N{bank[p] && !in_stash[p]}};
      end
      assign taken_place = places[N-1:0] | places[2*N-1:N] | places[3*N-1:2*N] | places[4*N-1:3*N];
    end else begin : g_no_lru
      assign victim_slot = 0;
      assign victim_stash = 0;
    end
  endgenerate

  // ---- moves
  reg [TRIES-1:0] tries;  // moves that came to nothing since the last change for the better
  wire exhausted = &tries;
  wire [STASH-1:0] movable = stash_valid & ~busy;
  wire [STASH-1:0] move_first = first_of(movable);
  wire loads_move = may_move && !exhausted && movable != 0 && (!move_ready || issue_move);
  wire [STASH-1:0] load_move = move_first & {STASH{loads_move}};
  // A copy of the entries that is read by number.
  function [INDEX-1:0] number_of(input [STASH-1:0] which);
    integer i;
    begin
      number_of = 0;
      for (i = 0; i < STASH; i = i + 1) number_of = number_of | (INDEX'(i) & {INDEX{which[i]}});
    end
  endfunction
  (* ram_style = "distributed" *) reg [KEY+SLOT_BITS-1:0] stash_copy[0:STASH-1];
  wire [INDEX-1:0] stash_write_at = number_of(stash_write);
  wire [INDEX-1:0] load_at = load_stash ? load_number : number_of(move_first);
  wire [KEY+SLOT_BITS-1:0] load_entry = stash_copy[load_at];
  always_ff @(posedge clk) if (stash_write != 0) stash_copy[stash_write_at] <= stash_new;
  always_ff @(posedge clk) begin
    if (restart || seeding || (inserts && choice == 0) || moves || lift) tries <= 0;
    else if (live && !exhausted) tries <= tries + 1'b1;
    if (load_host || load_looked) own_entry <= 0;
    else if (loads_move || load_stash) own_entry <= load_entry;
    if (loads_move || load_stash) own_other <= 0;
    else if (load_host || load_looked)
      own_other <= load_host ? {host_wdata[KEY+1:2], {SLOT_BITS{1'b0}}} : {picked_key, picked_slot};
    own_valid <= 32'(load_number) < STASH && stash_valid[load_number];
    if (loads_move) own_index <= load_move;
    move_ready <= !restart && (loads_move || (move_ready && !issue_move));
  end
  // Does what was looked at belong here?
  wire [WAYS-1:0] here;
  generate
    for (w = 0; w < WAYS; w = w + 1) begin : g_here
      assign here[w] = row_1[w*ROW_BITS+:ROW_BITS] == at && 32'(pick_at) / PLACES == w;
    end
  endgenerate

  // ---- hold
  function [USED-1:0] ones_of(input [STASH-1:0] bits);
    integer i;
    begin
      ones_of = 0;
      for (i = 0; i < STASH; i = i + 1) ones_of = ones_of + USED'(bits[i]);
    end
  endfunction
  wire [USED-1:0] stash_used = ones_of(~stash_free);
  reg holds;
  wire hold_next = rehashing || stash_used > (holds ? USED'(LOW) : USED'(FULL_AT));
  always_ff @(posedge clk) holds <= !restart && hold_next;
  assign hold = holds;
  wire on_the_way = access_1 || access_2 || access_3 || move_1 || move_2 || move_3;
  reg quiet;
  always_ff @(posedge clk)
    quiet <= !restart && !on_the_way && busy == 0 && (movable == 0 || exhausted) && hold_next == holds;

  pw_table_control #(.KEY(KEY), .N(N), .PLACES(PLACES), .PICK(PICK), .ROW_BITS(ROW_BITS), .SLOT_BITS(SLOT_BITS), .INDEX(INDEX),
                     .LAST(LAST), .HOST_ADDRESS(HOST_ADDRESS)) control (
      .clk(clk), .rst(rst), .restart(restart), .clearing(clearing), .at(at), .pick(pick_at), .mix(mix),
      .random(random), .random_step(loads_move), .may_move(may_move), .rehashing(rehashing), .seeding(seeding),
      .hold(holds), .quiet(quiet), .exhausted(exhausted), .stash_full(stash_free == 0), .access_enable(access_enable),
      .host_go(host_go), .look_go(look_go), .load_host(load_host), .load_stash(load_stash), .load_number(load_number),
      .load_looked(load_looked), .keep_looked(keep_looked), .lift(lift), .misplaced(here == 0), .host_decided(host_4), .host_result(result),
      .looked(look_3), .entry_valid(picked_valid), .own_entry({loaded, own_valid}),
      .host_begin(host_start && host_select), .host_write(host_write), .host_address(host_address),
      .host_operation(host_wdata[1:0]), .host_done(host_done), .host_rdata(host_rdata));
endmodule
