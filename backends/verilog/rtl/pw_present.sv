// The presence bits of an array with empty slots (devmap, cpumap, xskmap). A find issued in clock t delivers its
// handle, {slot, hit}, in t + LATENCY: zero if the slot is empty or does not exist, or find_enable was low.
// The host may use its port only while no packet is inside; it reads LATENCY clocks after its address.
module pw_present #(
    parameter integer DEPTH = 2,  // slots
    parameter integer SLOT_BITS = 1,
    parameter integer KEY = 32,  // bits, at least SLOT_BITS
    parameter integer FINDS = 1,
    parameter integer LATENCY = 1  // 1: LUT RAM, 2: block RAM
) (
    input  wire                            clk,
    input  wire                            rst,
    input  wire [FINDS-1:0]                find_enable,
    input  wire [FINDS*KEY-1:0]            find_key,
    output wire [FINDS*(SLOT_BITS+1)-1:0]  find_handle,
    input  wire                            host_select,
    input  wire                            host_write,
    input  wire [SLOT_BITS-1:0]            host_address,
    input  wire                            host_wdata,
    output wire                            host_rdata,
    output wire                            clearing
);
  localparam [KEY-1:0] FINAL = KEY'(DEPTH - 1);
  wire [SLOT_BITS-1:0] clear_address;
  pw_clear #(.DEPTH(DEPTH), .ADDRESS(SLOT_BITS)) clear (
      .clk(clk), .rst(rst), .clearing(clearing), .address(clear_address));
  wire write = clearing || (host_select && host_write);
  wire [SLOT_BITS-1:0] write_address = clearing ? clear_address : host_address;
  wire write_bit = !clearing && host_wdata;

  genvar f;
  generate
    for (f = 0; f < FINDS; f = f + 1) begin : g_find
      wire [KEY-1:0] key = find_key[f*KEY+:KEY];
      wire [SLOT_BITS-1:0] at;
      wire on;
      if (f == 0) begin : g_host
        assign at = host_select ? host_address : key[SLOT_BITS-1:0];
        assign on = host_select || (find_enable[0] && key <= FINAL);
      end else begin : g_data_path
        assign at = key[SLOT_BITS-1:0];
        assign on = find_enable[f] && key <= FINAL;
      end
      reg [SLOT_BITS:0] handle;
      if (LATENCY == 1) begin : g_lut
        (* ram_style = "distributed" *) reg memory[0:DEPTH-1];
        wire bit_ = memory[at];
        always_ff @(posedge clk) begin
          if (write) memory[write_address] <= write_bit;
          handle <= {at, 1'b1} & {SLOT_BITS + 1{on && bit_}};
        end
      end else begin : g_block
        (* ram_style = "block" *) reg memory[0:DEPTH-1];
        reg bit_, on_q;
        reg [SLOT_BITS-1:0] at_q;
        always_ff @(posedge clk) begin
          if (write) memory[write_address] <= write_bit;
          bit_ <= memory[at];
          at_q <= at;
          on_q <= on;
          handle <= {at_q, 1'b1} & {SLOT_BITS + 1{on_q && bit_}};
        end
      end
      assign find_handle[f*(SLOT_BITS+1)+:SLOT_BITS+1] = handle;
    end
  endgenerate
  assign host_rdata = find_handle[0];
endmodule
