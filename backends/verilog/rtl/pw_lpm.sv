// Longest-prefix match. The prefixes cut the keys into intervals with one handle each; the table has a row for each interval,
// {last key, handle}, sorted by key, and a find is a search for the first row whose last key is not less than the key. The last row
// needs no key. After reset all keys are ones and all handles zero.
//
// The keys of the rows stand in a tree. Key number p, counted from 1, read as digits (ROOT_BITS and then LEVELS - 1 times FAN_BITS
// bits), belongs to the level of its last digit that is not zero: that digit is its place in the node, those before it the node's
// number. So the root has 2^ROOT_BITS - 1 keys (registers), the nodes of the other levels 2^FAN_BITS - 1, and with the place found
// in each level the number of the row grows by one digit.
//
// A find issued in clock t compares with the root in t, with level l in t + 2l, and delivers its handle in t + 2 LEVELS: zero
// if find_enable was low. FINDS ports, each with copies of the memories. Keys have their most significant byte in the lowest bits,
// as it arrives; in rows the key is a number.
// The host may use its port only while no packet is inside. It reads back handles, not keys, in the clock after its address.
module pw_lpm #(
    parameter integer KEY = 32,  // bits
    parameter integer LEVELS = 2,
    parameter integer ROOT_BITS = 2,
    parameter integer FAN_BITS = 2,
    parameter integer ROWS = 15,  // above 2^(ROW_BITS - 1)
    parameter integer ROW_BITS = 4,  // ROOT_BITS + FAN_BITS * (LEVELS - 1)
    parameter integer HANDLE = 4,  // bits
    parameter integer FINDS = 1,
    parameter integer ULTRA = 0  // bit l: the nodes of level l stand in URAM; bit LEVELS: the handles
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire [FINDS-1:0]        find_enable,
    input  wire [FINDS*KEY-1:0]    find_key,
    output wire [FINDS*HANDLE-1:0] find_handle,
    input  wire                    host_select,
    input  wire                    host_write,
    input  wire [ROW_BITS-1:0]     host_address,
    input  wire [KEY+HANDLE-1:0]   host_wdata,
    output wire [KEY+HANDLE-1:0]   host_rdata,
    output wire                    clearing
);
  wire [ROW_BITS-1:0] clear_row;
  pw_clear #(.DEPTH(ROWS), .ADDRESS(ROW_BITS)) clear (
      .clk(clk), .rst(rst), .clearing(clearing), .address(clear_row));
  wire store = host_select && host_write;
  wire [KEY-1:0] write_key = clearing ? {KEY{1'b1}} : host_wdata[HANDLE+:KEY];
  wire [HANDLE-1:0] write_handle = clearing ? {HANDLE{1'b0}} : host_wdata[HANDLE-1:0];
  wire [ROW_BITS-1:0] write_row = clearing ? clear_row : host_address;
  wire [ROW_BITS-1:0] position = host_address + 1'b1;  // of the row's key; zero is nowhere

  genvar f, l, k;
  generate
    // Where the row's key stands, level by level.
    for (l = 0; l < LEVELS; l = l + 1) begin : g_place
      localparam integer BITS = l == 0 ? ROOT_BITS : FAN_BITS;
      localparam integer COUNT = (1 << BITS) - 1;
      localparam integer SHIFT = FAN_BITS * (LEVELS - 1 - l);
      wire here;
      wire [COUNT-1:0] lane, write;
      if (SHIFT == 0) begin : g_last
        assign here = 1'b1;
      end else begin : g_higher
        assign here = position[SHIFT-1:0] == {SHIFT{1'b0}};
      end
      for (k = 0; k < COUNT; k = k + 1) begin : g_lane
        localparam [BITS-1:0] DIGIT = BITS'(k + 1);
        assign lane[k] = here && position[SHIFT+:BITS] == DIGIT;
      end
      assign write = {COUNT{clearing}} | (lane & {COUNT{store}});
    end

    localparam integer ROOT = (1 << ROOT_BITS) - 1;
    reg [ROOT*KEY-1:0] root;
    for (k = 0; k < ROOT; k = k + 1) begin : g_root
      always_ff @(posedge clk) if (g_place[0].write[k]) root[k*KEY+:KEY] <= write_key;
    end

    for (f = 0; f < FINDS; f = f + 1) begin : g_find
      reg [2*LEVELS-1:0] enable;
      always_ff @(posedge clk) enable <= {enable[2*LEVELS-2:0], find_enable[f]};
      wire [KEY-1:0] key;
      for (k = 0; k < KEY / 8; k = k + 1) begin : g_byte
        assign key[8*k+:8] = find_key[f*KEY+KEY-8-8*k+:8];
      end

      for (l = 0; l < LEVELS; l = l + 1) begin : g_level
        localparam integer BITS = l == 0 ? ROOT_BITS : FAN_BITS;
        localparam integer COUNT = (1 << BITS) - 1;
        localparam integer NUMBER = ROOT_BITS + FAN_BITS * l;  // bits
        wire [COUNT*KEY-1:0] keys;
        wire [KEY-1:0] key_0;
        wire [BITS-1:0] child;
        wire [NUMBER-1:0] number;  // of the node in the next level, or of the row
        if (l + 1 < LEVELS) begin : g_delay
          reg [KEY-1:0] key_1, key_2;
          reg [NUMBER-1:0] number_1, number_2;
          always_ff @(posedge clk) begin
            key_1 <= key_0;
            key_2 <= key_1;
            number_1 <= number;
            number_2 <= number_1;
          end
        end
        pw_lpm_node #(.KEY(KEY), .BITS(BITS)) node (.clk(clk), .keys(keys), .key(key_0), .child(child));
        if (l == 0) begin : g_first
          assign keys = root;
          assign key_0 = key;
          assign number = child;
        end else begin : g_next
          localparam integer NODES = ((ROWS - 1) >> (FAN_BITS * (LEVELS - l))) + 1;
          localparam integer ADDRESS = NUMBER - FAN_BITS;
          localparam integer SHIFT = FAN_BITS * (LEVELS - l);
          wire [ADDRESS-1:0] write_at = clearing ? clear_row[ADDRESS-1:0] : position[SHIFT+:ADDRESS];
          if (((ULTRA >> l) & 1) != 0) begin : g_ultra
            pw_lpm_memory #(.WIDTH(KEY), .LANES(COUNT), .DEPTH(NODES), .ADDRESS(ADDRESS), .STYLE("ultra")) nodes (
                .clk(clk), .write(g_place[l].write), .write_address(write_at), .write_data(write_key),
                .read_address(g_level[l-1].number), .read_data(keys));
          end else begin : g_auto
            pw_lpm_memory #(.WIDTH(KEY), .LANES(COUNT), .DEPTH(NODES), .ADDRESS(ADDRESS)) nodes (
                .clk(clk), .write(g_place[l].write), .write_address(write_at), .write_data(write_key),
                .read_address(g_level[l-1].number), .read_data(keys));
          end
          assign key_0 = g_level[l-1].g_delay.key_2;
          assign number = {g_level[l-1].g_delay.number_2, child};
        end
      end

      wire [ROW_BITS-1:0] row;
      wire [HANDLE-1:0] handle;
      if (f == 0) begin : g_host
        assign row = host_select ? host_address : g_level[LEVELS-1].number;
      end else begin : g_data_path
        assign row = g_level[LEVELS-1].number;
      end
      if (((ULTRA >> LEVELS) & 1) != 0) begin : g_ultra
        pw_lpm_memory #(.WIDTH(HANDLE), .LANES(1), .DEPTH(ROWS), .ADDRESS(ROW_BITS), .STYLE("ultra")) handles (
            .clk(clk), .write(clearing || store), .write_address(write_row), .write_data(write_handle),
            .read_address(row), .read_data(handle));
      end else begin : g_auto
        pw_lpm_memory #(.WIDTH(HANDLE), .LANES(1), .DEPTH(ROWS), .ADDRESS(ROW_BITS)) handles (
            .clk(clk), .write(clearing || store), .write_address(write_row), .write_data(write_handle),
            .read_address(row), .read_data(handle));
      end
      assign find_handle[f*HANDLE+:HANDLE] = handle & {HANDLE{enable[2*LEVELS-1]}};
    end

    assign host_rdata = {{KEY{1'b0}}, g_find[0].handle};
  endgenerate
endmodule
