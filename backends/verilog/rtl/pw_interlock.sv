// Holds a packet at the entrance of a region while an earlier one that entered within the last DISTANCE clocks has one of the
// same handles. A handle is {slot, hit}; without its hit bit it conflicts with nothing. HANDLES = 0: any two
// packets conflict. A packet that enters in clock t is compared with those that entered in t - 1 ... t - DISTANCE.
module pw_interlock #(
    parameter integer DISTANCE = 1,
    parameter integer HANDLES = 1,
    parameter integer LOOKS = 0,  // the lowest so many handles don't conflict with each other
    parameter integer HANDLE_BITS = 2
) (
    input  wire                                                      clk,
    input  wire                                                      rst,
    input  wire                                                      enter,
    input  wire [(HANDLES > 0 ? HANDLES * HANDLE_BITS : 1) - 1:0]    handles,
    output wire                                                      hold
);
  localparam integer WIDTH = HANDLES > 0 ? HANDLES * HANDLE_BITS : 1;
  localparam integer PAIRS = HANDLES > 0 ? HANDLES * HANDLES : 1;

  // Bit 0 of the window is the packet that entered in the clock before.
  reg  [DISTANCE-1:0] entered;
  wire [DISTANCE-1:0] conflict;
  genvar d, i, j;
  generate
    for (d = 0; d < DISTANCE; d = d + 1) begin : g_entered
      if (d == 0) begin : g_first
        always_ff @(posedge clk) entered[d] <= enter && !rst;
      end else begin : g_next
        always_ff @(posedge clk) entered[d] <= entered[d-1] && !rst;
      end
    end
    if (HANDLES == 0) begin : g_any
      wire unused = &handles;
      assign conflict = entered;
    end else begin : g_keyed
      for (d = 0; d < DISTANCE; d = d + 1) begin : g_window
        reg  [WIDTH-1:0] kept;
        wire [PAIRS-1:0] same;
        if (d == 0) begin : g_first
          always_ff @(posedge clk) kept <= handles;
        end else begin : g_next
          always_ff @(posedge clk) kept <= g_window[d-1].kept;
        end
        for (i = 0; i < HANDLES; i = i + 1) begin : g_new
          for (j = 0; j < HANDLES; j = j + 1) begin : g_old
            assign same[i*HANDLES+j] = (i >= LOOKS || j >= LOOKS) && handles[i*HANDLE_BITS] &&
                handles[i*HANDLE_BITS+:HANDLE_BITS] == kept[j*HANDLE_BITS+:HANDLE_BITS];
          end
        end
        assign conflict[d] = entered[d] && |same;
      end
    end
  endgenerate
  assign hold = |conflict;
endmodule
