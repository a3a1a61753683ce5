// Between packets, a gate in front of the packet input; and what is counted there. A packet that has begun passes whole.
module pw_gate (
    input  wire clk,
    input  wire rst,
    input  wire closed,
    input  wire s_axis_tvalid,
    output wire s_axis_tready,
    input  wire s_axis_tlast,
    input  wire s_axis_bad,
    output wire inner_tvalid,
    input  wire inner_tready,
    output wire begins,  // a good packet, in this clock
    output wire begins_bad  // a bad one
);
  reg begun;
  wire open = begun || !closed;
  assign inner_tvalid = s_axis_tvalid && open;
  assign s_axis_tready = inner_tready && open;
  wire accepted = inner_tvalid && inner_tready;
  assign begins = accepted && !begun && !s_axis_bad;
  assign begins_bad = accepted && !begun && s_axis_bad;
  always_ff @(posedge clk) begin
    if (rst) begun <= 0;
    else if (accepted) begun <= !s_axis_tlast;
  end
endmodule
