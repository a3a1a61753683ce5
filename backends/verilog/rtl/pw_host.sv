// The host's accesses to the memories of the maps. host_valid stays high until host_ready pulses; a write happens in
// the first clock, what a read gives is there when host_ready is high.
module pw_host (
    input  wire clk,
    input  wire rst,
    input  wire host_valid,
    input  wire host_write,
    output wire host_ready,
    output wire write_now
);
  reg [2:0] since;  // clocks since the access began
  assign host_ready = since[2];
  assign write_now = host_valid && host_write && since == 0;
  always_ff @(posedge clk) begin
    if (rst || host_ready) since <= 0;
    else if (host_valid) since <= {since[1:0], 1'b1};
  end
endmodule
