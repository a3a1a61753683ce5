// Looks keys up in a hash table of WAYS tables with 2^ROW_BITS rows each. Bit o of the row of a key in way w is the parity of the
// key under the mask number w * ROW_BITS + o of MASKS (an H3 hash: one tree of exclusive-ors). FINDS ports, each with
// copies of the tables. A row is {key, valid}.
//
// A find issued in clock t delivers its handle, {slot, hit}, in t + 3: t hashes, t + 1 reads, t + 2 compares. The
// handle is zero if the key is not there or find_enable was low. slot = way << ROW_BITS | row.
// The host's address is a slot; it may use its port only while no packet is inside, and reads two clocks after its address.
module pw_hash_find #(
    parameter integer KEY = 32,  // bits
    parameter integer WAYS = 4,
    parameter integer ROW_BITS = 4,
    parameter integer SLOT_BITS = 6,  // ROW_BITS + bits of a way's number
    parameter integer FINDS = 1,
    parameter [WAYS*ROW_BITS*KEY-1:0] MASKS = 0
) (
    input  wire                             clk,
    input  wire                             rst,
    input  wire [FINDS-1:0]                 find_enable,
    input  wire [FINDS*KEY-1:0]             find_key,
    output wire [FINDS*(SLOT_BITS+1)-1:0]   find_handle,
    input  wire                             host_select,
    input  wire                             host_write,
    input  wire [SLOT_BITS-1:0]             host_address,
    input  wire [KEY:0]                     host_wdata,
    output wire [KEY:0]                     host_rdata,
    output wire                             clearing
);
  localparam integer ROWS = 1 << ROW_BITS;
  wire [ROW_BITS-1:0] clear_row;
  pw_clear #(.DEPTH(ROWS), .ADDRESS(ROW_BITS)) clear (
      .clk(clk), .rst(rst), .clearing(clearing), .address(clear_row));
  wire [ROW_BITS-1:0] write_row = clearing ? clear_row : host_address[ROW_BITS-1:0];
  wire [KEY:0] write_entry = clearing ? {KEY + 1{1'b0}} : host_wdata;
  wire [WAYS*(KEY+1)-1:0] host_entries;  // what the ways of port 0 have read

  genvar f, w, o;
  generate
    for (f = 0; f < FINDS; f = f + 1) begin : g_find
      wire [KEY-1:0] key = find_key[f*KEY+:KEY];
      reg [KEY-1:0] key_1, key_2;
      reg enable_1, enable_2;
      wire [WAYS-1:0] match;
      reg [SLOT_BITS:0] handle;
      always_ff @(posedge clk) begin
        key_1 <= key;
        key_2 <= key_1;
        enable_1 <= find_enable[f];
        enable_2 <= enable_1;
      end
      for (w = 0; w < WAYS; w = w + 1) begin : g_way
        localparam [SLOT_BITS-1:0] BASE = SLOT_BITS'(w * ROWS);
        wire [ROW_BITS-1:0] hash, at;
        reg [ROW_BITS-1:0] row_1, row_2;
        for (o = 0; o < ROW_BITS; o = o + 1) begin : g_bit
          assign hash[o] = ^(key & MASKS[(w*ROW_BITS+o)*KEY+:KEY]);
        end
        (* ram_style = "auto" *) reg [KEY:0] memory[0:ROWS-1];
        reg [KEY:0] entry;
        wire here = SLOT_BITS'(host_address >> ROW_BITS) == SLOT_BITS'(w);
        if (f == 0) begin : g_host
          assign at = host_select ? host_address[ROW_BITS-1:0] : row_1;
          assign host_entries[w*(KEY+1)+:KEY+1] = here ? entry : {KEY + 1{1'b0}};
        end else begin : g_data_path
          assign at = row_1;
        end
        always_ff @(posedge clk) begin
          row_1 <= hash;
          row_2 <= row_1;
          if (clearing || (host_select && host_write && here)) memory[write_row] <= write_entry;
          entry <= memory[at];
        end
        assign match[w] = enable_2 && entry == {key_2, 1'b1};
        wire [SLOT_BITS:0] found;
        if (w == 0) begin : g_first
          assign found = {BASE | SLOT_BITS'(row_2), 1'b1} & {SLOT_BITS + 1{match[w]}};
        end else begin : g_next
          assign found = g_way[w-1].found |
              ({BASE | SLOT_BITS'(row_2), 1'b1} & {SLOT_BITS + 1{match[w]}});
        end
      end
      always_ff @(posedge clk) handle <= g_way[WAYS-1].found;
      assign find_handle[f*(SLOT_BITS+1)+:SLOT_BITS+1] = handle;
    end

    for (w = 0; w < WAYS; w = w + 1) begin : g_host_way
      wire [KEY:0] entries;
      if (w == 0) begin : g_first
        assign entries = host_entries[KEY:0];
      end else begin : g_next
        assign entries = g_host_way[w-1].entries | host_entries[w*(KEY+1)+:KEY+1];
      end
    end
  endgenerate
  assign host_rdata = g_host_way[WAYS-1].entries;
endmodule
