// The host's accesses to the memories of the maps. host_valid stays high until host_ready pulses; a write happens in
// the first clock, what a read gives is there when host_ready is high: in the fourth clock, or when a unit that takes its time
// (`slow` while it is selected) says that it is `done`.
module pw_host (
    input  wire clk,
    input  wire rst,
    input  wire host_valid,
    input  wire host_write,
    input  wire slow,
    input  wire done,
    output wire host_ready,
    output wire start,  // the first clock of an access
    output wire write_now
);
  reg [2:0] since;  // clocks since the access began
  assign host_ready = slow ? done && since[0] : since[2];
  assign start = host_valid && since == 0;
  assign write_now = start && host_write;
  always_ff @(posedge clk) begin
    if (rst || host_ready) since <= 0;
    else if (host_valid) since <= {since[1:0], 1'b1};
  end
endmodule
