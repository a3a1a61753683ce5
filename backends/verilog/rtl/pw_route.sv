// Where a packet goes that leaves the pipeline: one bit in `to_host` or `to_wire`, or none: then it is swallowed.
//   XDP_PASS      to the host, as from the port that it came in at
//   XDP_TX        out of the port that it came in at
//   XDP_REDIRECT  bpf_redirect: out of the port with this interface number; bpf_redirect_map: out of the port with this slot, if it is a
//                 map of devices; to the host if it is one of CPUs or sockets. There is no such port: swallowed. Several ports of one
//                 number: out of the lowest.
module pw_route #(
    parameter integer PORTS = 1,
    parameter integer PORT_BITS = 1,
    parameter [255:0] DEVICE_MAPS = 0,  // bit m: res_redirect_map m is a map of devices
    parameter [255:0] HOST_MAPS = 0  // of CPUs or sockets
) (
    input  wire [32*PORTS-1:0]  ifindexes,  // of the ports, port 0 lowest
    input  wire [32*PORTS-1:0]  slots,
    input  wire [2:0]           verdict,
    input  wire [PORT_BITS-1:0] port,
    input  wire [7:0]           by_map,  // 0: none
    input  wire [31:0]          key,
    input  wire [31:0]          ifindex,
    output wire [PORTS-1:0]     to_host,
    output wire [PORTS-1:0]     to_wire
);
  localparam [2:0] PASS = 2, TX = 3, REDIRECT = 4;
  wire redirect = verdict == REDIRECT;
  wire by_number = redirect && by_map == 0;
  wire by_slot = redirect && DEVICE_MAPS[by_map];
  wire [PORTS-1:0] named;  // by the number or slot
  wire host = verdict == PASS || (redirect && HOST_MAPS[by_map]);
  genvar i;
  generate
    for (i = 0; i < PORTS; i = i + 1) begin : g_port
      localparam [PORT_BITS-1:0] HERE = PORT_BITS'(i);
      localparam [PORTS-1:0] BELOW = (PORTS'(1) << i) - PORTS'(1);
      assign named[i] = (by_number && ifindex == ifindexes[32*i+:32]) || (by_slot && key == slots[32*i+:32]);
      assign to_host[i] = host && port == HERE;
      assign to_wire[i] = (verdict == TX && port == HERE) || (named[i] && (named & BELOW) == 0);
    end
  endgenerate
endmodule
