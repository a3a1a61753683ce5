// The memory of one column of a map: DEPTH words, READS read ports, WRITES write ports with byte enables, a port for the host,
// and clearing after reset. There is a copy of the words for each pair of a read port and a write port; pw_order
// tells which write port's copy is the valid one.
//
// A read issued in clock t delivers in t + LATENCY every write of the clocks before t + LATENCY: those that are on the way are
// patched in. A read without read_enable delivers zeros. When several ports write the same byte in one clock, the
// one with the highest number wins.
//
// LATENCY 1: LUT RAM (registers for a single word), read and patched in clock t. LATENCY 2: block RAM, read in t, patched in t and t + 1.
// The host may use its port only while no packet is inside; its read data is there LATENCY clocks after its address.
module pw_column #(
    parameter integer WIDTH = 32,  // bits, a multiple of 8
    parameter integer DEPTH = 2,
    parameter integer ADDRESS = 1,  // bits of an address
    parameter integer READS = 1,
    parameter integer WRITES = 1,
    parameter integer LATENCY = 1,
    parameter integer WHOLE = 0,  // 1: every write enables all bytes of the word
    /* verilator lint_off UNUSEDPARAM */ // only an attribute has it, which Verilator doesn't read
    parameter STYLE = "block"  // LATENCY 2: of the RAM, "block" or "ultra"
    /* verilator lint_on UNUSEDPARAM */
) (
    input  wire                        clk,
    input  wire                        rst,
    input  wire [READS-1:0]            read_enable,
    input  wire [READS*ADDRESS-1:0]    read_address,
    output wire [READS*WIDTH-1:0]      read_data,
    input  wire [WRITES-1:0]           write_enable,
    input  wire [WRITES*ADDRESS-1:0]   write_address,
    input  wire [WRITES*WIDTH-1:0]     write_data,
    input  wire [WRITES*WIDTH/8-1:0]   write_bytes,
    input  wire                        host_select,
    input  wire                        host_write,
    input  wire [ADDRESS-1:0]          host_address,
    input  wire [WIDTH-1:0]            host_wdata,
    output wire [WIDTH-1:0]            host_rdata,
    output wire                        clearing
);
  localparam integer BYTES = WIDTH / 8;
  localparam integer LANES = WHOLE != 0 ? 1 : BYTES;
  wire [ADDRESS-1:0] clear_address;
  pw_clear #(.DEPTH(DEPTH), .ADDRESS(ADDRESS)) clear (
      .clk(clk), .rst(rst), .clearing(clearing), .address(clear_address));

  // Write port 0 is shared with the host and with clearing.
  wire quiet = clearing || (host_select && host_write);
  wire [WRITES-1:0] enable;
  wire [WRITES*ADDRESS-1:0] address;
  wire [WRITES*WIDTH-1:0] data;
  wire [WRITES*BYTES-1:0] bytes;
  assign enable[0] = quiet || write_enable[0];
  assign address[ADDRESS-1:0] = clearing ? clear_address :
                                host_select ? host_address : write_address[ADDRESS-1:0];
  assign data[WIDTH-1:0] = clearing ? {WIDTH{1'b0}} : host_select ? host_wdata : write_data[WIDTH-1:0];
  assign bytes[BYTES-1:0] = write_bytes[BYTES-1:0] | {BYTES{quiet}};

  // Read port 0 is shared with the host.
  wire [READS*ADDRESS-1:0] at;
  wire [READS-1:0] on;
  assign at[ADDRESS-1:0] = host_select ? host_address : read_address[ADDRESS-1:0];
  assign on[0] = host_select || read_enable[0];
  assign host_rdata = read_data[WIDTH-1:0];

  wire [READS*LANES*WRITES-1:0] last;
  genvar r, w, b;
  generate
    if (READS > 1) begin : g_more_reads
      assign at[READS*ADDRESS-1:ADDRESS] = read_address[READS*ADDRESS-1:ADDRESS];
      assign on[READS-1:1] = read_enable[READS-1:1];
    end
    if (WRITES > 1) begin : g_more_writes
      assign enable[WRITES-1:1] = write_enable[WRITES-1:1];
      assign address[WRITES*ADDRESS-1:ADDRESS] = write_address[WRITES*ADDRESS-1:ADDRESS];
      assign data[WRITES*WIDTH-1:WIDTH] = write_data[WRITES*WIDTH-1:WIDTH];
      assign bytes[WRITES*BYTES-1:BYTES] = write_bytes[WRITES*BYTES-1:BYTES];
      wire [WRITES*LANES-1:0] lane_enable;
      for (w = 0; w < WRITES; w = w + 1) begin : g_lanes
        assign lane_enable[w*LANES+:LANES] = bytes[w*BYTES+:LANES] & {LANES{enable[w]}};
      end
      pw_order #(.DEPTH(DEPTH), .ADDRESS(ADDRESS), .WRITES(WRITES), .READS(READS), .LANES(LANES)) order (
          .clk(clk), .clearing(clearing), .clear_address(clear_address), .enable(lane_enable), .address(address),
          .read_address(at), .last(last));
    end else begin : g_one_write
      assign last = {READS * LANES{1'b1}};
    end

    for (r = 0; r < READS; r = r + 1) begin : g_read
      wire [ADDRESS-1:0] at_r = at[r*ADDRESS+:ADDRESS];
      // The word before the last patch, its address, and which copy holds it.
      wire [ADDRESS-1:0] stored_at;
      wire stored_on;
      wire [LANES*WRITES-1:0] stored_last;
      for (w = 0; w < WRITES; w = w + 1) begin : g_copy
        wire [WIDTH-1:0] word;
        wire [WIDTH-1:0] so_far;  // the valid bytes of this copy and those below
        if (LATENCY == 1 && DEPTH == 1) begin : g_register
          reg [WIDTH-1:0] only;
          for (b = 0; b < BYTES; b = b + 1) begin : g_write
            always_ff @(posedge clk)
              if (enable[w] && bytes[w*BYTES+b] && address[w*ADDRESS+:ADDRESS] == {ADDRESS{1'b0}})
                only[8*b+:8] <= data[w*WIDTH+8*b+:8];
          end
          assign word = only & {WIDTH{at_r == {ADDRESS{1'b0}}}};
        end else if (LATENCY == 1) begin : g_lut
          (* ram_style = "distributed" *) reg [WIDTH-1:0] memory[0:DEPTH-1];
          for (b = 0; b < BYTES; b = b + 1) begin : g_write
            always_ff @(posedge clk)
              if (enable[w] && bytes[w*BYTES+b])
                memory[address[w*ADDRESS+:ADDRESS]][8*b+:8] <= data[w*WIDTH+8*b+:8];
          end
          assign word = memory[at_r];
        end else begin : g_block
          (* ram_style = STYLE *) reg [WIDTH-1:0] memory[0:DEPTH-1];
          reg [WIDTH-1:0] word_q;
          for (b = 0; b < BYTES; b = b + 1) begin : g_write
            always_ff @(posedge clk)
              if (enable[w] && bytes[w*BYTES+b])
                memory[address[w*ADDRESS+:ADDRESS]][8*b+:8] <= data[w*WIDTH+8*b+:8];
          end
          always_ff @(posedge clk) word_q <= memory[at_r];
          assign word = word_q;
        end
        for (b = 0; b < BYTES; b = b + 1) begin : g_byte
          wire valid = stored_last[(WHOLE!=0?0:b)*WRITES+w];
          if (w == 0) begin : g_lowest
            assign so_far[8*b+:8] = word[8*b+:8] & {8{valid}};
          end else begin : g_higher
            assign so_far[8*b+:8] = g_copy[w-1].so_far[8*b+:8] | (word[8*b+:8] & {8{valid}});
          end
        end
      end
      wire [WIDTH-1:0] stored = g_copy[WRITES-1].so_far;
      wire [WIDTH-1:0] known;  // with the writes of the clocks before this one

      if (LATENCY == 1) begin : g_now
        assign stored_at = at_r;
        assign stored_on = on[r];
        assign stored_last = last[r*LANES*WRITES+:LANES*WRITES];
        assign known = stored;
      end else begin : g_later
        reg [ADDRESS-1:0] at_q;
        reg on_q;
        reg [LANES*WRITES-1:0] last_q;
        wire [BYTES-1:0] early;
        wire [WIDTH-1:0] early_data;
        reg [BYTES-1:0] early_q;
        reg [WIDTH-1:0] early_data_q;
        pw_patch #(.WIDTH(WIDTH), .ADDRESS(ADDRESS), .WRITES(WRITES)) early_patch (
            .at(at_r), .enable(write_enable), .address(write_address), .data(write_data),
            .bytes(write_bytes), .hit(early), .patch(early_data));
        always_ff @(posedge clk) begin
          at_q <= at_r;
          on_q <= on[r];
          last_q <= last[r*LANES*WRITES+:LANES*WRITES];
          early_q <= early;
          early_data_q <= early_data;
        end
        assign stored_at = at_q;
        assign stored_on = on_q;
        assign stored_last = last_q;
        for (b = 0; b < BYTES; b = b + 1) begin : g_early
          assign known[8*b+:8] = early_q[b] ? early_data_q[8*b+:8] : stored[8*b+:8];
        end
      end

      wire [BYTES-1:0] late;
      wire [WIDTH-1:0] late_data, patched;
      pw_patch #(.WIDTH(WIDTH), .ADDRESS(ADDRESS), .WRITES(WRITES)) late_patch (
          .at(stored_at), .enable(write_enable), .address(write_address), .data(write_data),
          .bytes(write_bytes), .hit(late), .patch(late_data));
      for (b = 0; b < BYTES; b = b + 1) begin : g_late
        assign patched[8*b+:8] = late[b] ? late_data[8*b+:8] : known[8*b+:8];
      end
      reg [WIDTH-1:0] read_q;
      always_ff @(posedge clk) read_q <= stored_on ? patched : {WIDTH{1'b0}};
      assign read_data[r*WIDTH+:WIDTH] = read_q;
    end
  endgenerate
endmodule
