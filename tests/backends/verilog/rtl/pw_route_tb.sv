// Every verdict with targets that are ports, one or several, and targets that are none.
module pw_route_tb #(
    parameter integer PORTS = 2,
    parameter integer PORT_BITS = 1
);
  localparam [255:0] DEVICE_MAPS = 256'h6, HOST_MAPS = 256'h8;  // 1 and 2; 3
  reg [32*PORTS-1:0] ifindexes = 0, slots = 0;
  reg [2:0] verdict = 0;
  reg [PORT_BITS-1:0] port = 0;
  reg [7:0] by_map = 0;
  reg [31:0] key = 0, ifindex = 0;
  wire [PORTS-1:0] to_host, to_wire;
  pw_route #(.PORTS(PORTS), .PORT_BITS(PORT_BITS), .DEVICE_MAPS(DEVICE_MAPS), .HOST_MAPS(HOST_MAPS)) dut (.*);
  integer n, i, errors = 0, hosts = 0, wires = 0, nowhere = 0;
  integer several = 0, same;
  reg host, out, taken;
  initial begin
    for (n = 0; n < 20000; n = n + 1) begin
      same = $urandom % 4;  // that many ports have the numbers of port 0
      for (i = 0; i < PORTS; i = i + 1) begin
        ifindexes[32*i+:32] = i <= same ? 7 : 7 + 3 * i;
        slots[32*i+:32] = i <= same ? 4 : 4 + i;
      end
      verdict = $urandom % 5;
      port = $urandom % PORTS;
      by_map = $urandom % 5;
      key = $urandom % (6 + PORTS);
      ifindex = $urandom % (8 + 3 * PORTS);
      #1;
      taken = 0;
      for (i = 0; i < PORTS; i = i + 1) begin
        host = (verdict == 2 || (verdict == 4 && by_map == 3)) && port == i;
        out = (verdict == 4 && by_map == 0 && ifindex == ifindexes[32*i+:32]) ||
            (verdict == 4 && (by_map == 1 || by_map == 2) && key == slots[32*i+:32]);
        several = several + (out && taken);
        out = (verdict == 3 && port == i) || (out && !taken);
        taken = taken || out;
        if (to_host[i] !== host || to_wire[i] !== out) errors = errors + 1;
      end
      hosts = hosts + (to_host != 0);
      wires = wires + (to_wire != 0);
      nowhere = nowhere + (to_host == 0 && to_wire == 0);
    end
    if (errors == 0 && hosts > 1000 && wires > 1000 && nowhere > 1000 && (PORTS == 1 || several > 100)) $display("PASS");
    else $display("FAIL: %0d errors, %0d %0d %0d %0d", errors, hosts, wires, nowhere, several);
  end
endmodule
