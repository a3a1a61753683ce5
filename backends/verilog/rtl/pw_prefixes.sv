// Prefixes that come and go: entries in registers that are compared with a key all at once; one access a clock, in order, whatever the keys
// (README.md, "Prefixes that packets change"). An access issued in clock t is compared in t + 1, decided and written in t + 2; its result is there in t + 4, as
// that of a pw_table. It looks either for the longest prefix of the key, or for the entry of exactly the key's length.
//
// Registers _1, _2, _3 belong to the access that is in those clocks. `wrote` is what the access before it has written, which the comparison lacks.
// An entry stands at its slot. The bits of keys as they were given, which only the host reads, stand in a memory.
module pw_prefixes #(
    parameter integer KEY = 64,  // bits: 32 of the length, lowest first, then bytes, the first one lowest
    parameter integer ENTRIES = 16,  // prefixes at most
    parameter integer SLOT_BITS = 4,
    parameter integer FINDS = 0,  // ports for look-ups
    parameter integer HOST_ADDRESS = 32
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     access_enable,
    input  wire [KEY+1:0]           access_key,  // {an entry that is found gets this key, longest, key}
    input  wire                     access_insert,  // not with longest
    input  wire                     access_remove,
    output wire [SLOT_BITS+1:0]     access_result,  // {found, slot, hit}
    /* verilator lint_off UNUSEDSIGNAL */  // FINDS may be 0
    input  wire [(FINDS>0?FINDS:1)-1:0]           find_enable,
    input  wire [(FINDS>0?FINDS:1)*(KEY+2)-1:0]   find_key,  // as access_key; always the longest
    /* verilator lint_on UNUSEDSIGNAL */
    output wire [(FINDS>0?FINDS:1)*(SLOT_BITS+2)-1:0] find_result,
    input  wire                     host_select,
    input  wire                     host_write,
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [HOST_ADDRESS-1:0]  host_address,
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [KEY+1:0]           host_wdata,  // {key, operation}
    input  wire                     host_start,
    output wire                     host_done,
    output wire [KEY+SLOT_BITS+2:0] host_rdata,
    output wire                     clearing
);
  localparam integer DATA = KEY - 32;
  localparam integer LENGTH = $clog2(DATA + 1);

  // The first byte highest, so that a prefix is the high bits.
  function [DATA-1:0] data_of(input [DATA-1:0] bytes);
    integer b;
    begin
      for (b = 0; b < DATA / 8; b = b + 1) data_of[DATA-8-8*b+:8] = bytes[8*b+:8];
    end
  endfunction
  function fits(input [31:0] bits);
    fits = bits <= 32'(DATA);
  endfunction

  // ---- the host: an operation is an access, a row is read from the memory of keys
  reg [3:0] since;  // clocks of an access of the host, 0: none
  wire begins = host_start && host_select;
  wire emptying = begins && host_write && host_wdata[1:0] == 2'd3;
  wire restart = rst || emptying;
  wire host_go = since == 1 && host_write && (host_wdata[1:0] == 2'd1 || host_wdata[1:0] == 2'd2);
  always_ff @(posedge clk) since <= rst || since == 8 ? 4'd0 : begins ? 4'd1 : since == 0 ? 4'd0 : since + 1'b1;
  assign host_done = since == 8;
  assign clearing = restart;

  // ---- t
  wire [KEY+1:0] key_0 = access_enable ? access_key : {1'b1, 1'b0, host_wdata[KEY+1:2]};
  wire enable_0 = (access_enable || host_go) && fits(key_0[31:0]);
  reg enable_1, enable_2, insert_1, insert_2, remove_1, remove_2, replace_1, replace_2;
  reg [KEY-1:0] key_1, key_2, key_3;
  always_ff @(posedge clk) begin
    {enable_2, enable_1} <= {enable_1, enable_0 && !key_0[KEY]} & {2{!restart}};
    {insert_2, insert_1} <= {insert_1, access_enable ? access_insert : host_wdata[1:0] == 2'd1};
    {remove_2, remove_1} <= {remove_1, access_enable ? access_remove : host_wdata[1:0] == 2'd2};
    {replace_2, replace_1} <= {replace_1, key_0[KEY+1]};
    {key_3, key_2, key_1} <= {key_2, key_1, key_0[KEY-1:0]};
  end

  // ---- entries, and the comparison with their lengths in t + 1
  reg [ENTRIES-1:0] valid, wrote, same_length_2;
  reg [ENTRIES*DATA-1:0] data, mask;
  reg [ENTRIES*LENGTH-1:0] length;
  reg inserted, repeated;  // repeated: the access before had the same length
  wire [DATA-1:0] data_2 = data_of(key_2[KEY-1:32]);
  wire [LENGTH-1:0] length_1 = key_1[LENGTH-1:0], length_2 = key_2[LENGTH-1:0];
  reg [DATA-1:0] mask_2;
  always_ff @(posedge clk) begin
    mask_2 <= ~({DATA{1'b1}} >> length_1);
    repeated <= length_1 == length_2;
  end

  // ---- the look-up for the longest one, of which the exact one needs the matches
  wire [ENTRIES-1:0] match;
  wire [SLOT_BITS:0] longest;
  pw_prefix_find #(.DATA(DATA), .LENGTH(LENGTH), .ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS)) finder (
      .clk(clk), .restart(restart), .find_enable(enable_0 && key_0[KEY]), .find_data(data_of(key_0[KEY-1:32])),
      .find_length(key_0[LENGTH-1:0]), .find_result(longest), .valid(valid), .data(data), .mask(mask), .length(length),
      .data_2(data_2), .mask_2(mask_2), .length_2(length_2), .wrote(wrote), .inserted(inserted), .match(match));

  // ---- t + 2: decide
  wire [ENTRIES-1:0] exact = match & ((same_length_2 & ~wrote) | (wrote & {ENTRIES{repeated}}));
  wire found = enable_2 && exact != 0;
  wire full;
  wire [SLOT_BITS-1:0] free;
  wire insert = enable_2 && insert_2 && exact == 0 && !full;
  wire remove = enable_2 && remove_2 && exact != 0;
  wire [ENTRIES-1:0] place;
  wire [ENTRIES-1:0] writes = place & {ENTRIES{insert}};
  wire [ENTRIES-1:0] removes = exact & {ENTRIES{enable_2 && remove_2}};
  always_ff @(posedge clk) begin
    valid <= ((valid | writes) & ~removes) & {ENTRIES{!restart}};
    wrote <= writes | removes;
    inserted <= insert;
  end
  genvar i;
  generate
    for (i = 0; i < ENTRIES; i = i + 1) begin : g_entry
      assign place[i] = free == SLOT_BITS'(i);
      always_ff @(posedge clk) begin
        same_length_2[i] <= length[i*LENGTH+:LENGTH] == length_1;
        if (writes[i]) begin
          data[i*DATA+:DATA] <= data_2;
          mask[i*DATA+:DATA] <= mask_2;
          length[i*LENGTH+:LENGTH] <= length_2;
        end
      end
    end
  endgenerate
  function [SLOT_BITS-1:0] slot_of(input [ENTRIES-1:0] which);
    integer e;
    begin
      slot_of = 0;
      for (e = 0; e < ENTRIES; e = e + 1) slot_of = slot_of | (SLOT_BITS'(e) & {SLOT_BITS{which[e]}});
    end
  endfunction
  wire [SLOT_BITS-1:0] exact_slot = slot_of(exact);
  /* verilator lint_off UNUSEDSIGNAL */
  wire crowded;  // no other port takes entries away
  /* verilator lint_on UNUSEDSIGNAL */
  pw_table_slots #(.ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS)) slots (
      .clk(clk), .restart(restart), .take(insert), .give(remove), .given(exact_slot), .slot(free), .full(full), .crowded(crowded));

  // ---- t + 3: the key as it was given, for the host
  reg found_3, hit_3, keeps_3;
  reg [SLOT_BITS-1:0] slot_3;
  reg [SLOT_BITS+1:0] result;
  reg [KEY-1:0] keys[0:(1<<SLOT_BITS)-1];
  reg [KEY-1:0] read;
  always_ff @(posedge clk) begin
    found_3 <= found && !restart;
    hit_3 <= (found || insert) && !restart;
    keeps_3 <= insert || (found && replace_2 && !remove_2);
    slot_3 <= insert ? free : exact_slot;
    result <= {found_3, slot_3 & {SLOT_BITS{hit_3}}, hit_3};
    if (keeps_3) keys[slot_3] <= key_3;
    read <= keys[SLOT_BITS'(host_address)];
  end
  assign access_result = result | {longest[0], longest};

  // ---- the host's answer
  wire [SLOT_BITS-1:0] row = SLOT_BITS'(host_address);
  wire [(1<<SLOT_BITS)-1:0] all_valid = (1 << SLOT_BITS)'(valid);
  reg [KEY+SLOT_BITS+2:0] answer;
  always_ff @(posedge clk)
    if (since == 5 && host_write) answer <= (KEY + SLOT_BITS + 3)'(access_result);
    else if (since == 5) answer <= all_valid[row] && host_address < HOST_ADDRESS'(ENTRIES) ? (KEY + SLOT_BITS + 3)'({read, row, 1'b1}) : 0;
  assign host_rdata = answer;

  // ---- other ports
  generate
    if (FINDS == 0) begin : g_no_finds
      assign find_result = 0;
    end
    for (i = 0; i < FINDS; i = i + 1) begin : g_find
      wire [KEY-1:0] key = find_key[i*(KEY+2)+:KEY];
      wire [SLOT_BITS:0] handle;
      /* verilator lint_off UNUSEDSIGNAL */
      wire [ENTRIES-1:0] which;
      /* verilator lint_on UNUSEDSIGNAL */
      pw_prefix_find #(.DATA(DATA), .LENGTH(LENGTH), .ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS)) finder (
          .clk(clk), .restart(restart), .find_enable(find_enable[i] && fits(key[31:0])), .find_data(data_of(key[KEY-1:32])),
          .find_length(key[LENGTH-1:0]), .find_result(handle), .valid(valid), .data(data), .mask(mask), .length(length),
          .data_2(data_2), .mask_2(mask_2), .length_2(length_2), .wrote(wrote), .inserted(inserted), .match(which));
      assign find_result[i*(SLOT_BITS+2)+:SLOT_BITS+2] = {handle[0], handle};
    end
  endgenerate
endmodule
