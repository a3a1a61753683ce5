// Which of several write ports wrote a word last. With it, WRITES memories of one write port each make one memory with
// WRITES write ports: each port writes its own, and a read takes the one that was written last.
//
// For each pair of ports i < j there are two bits a word, one written by each of them: i makes its bit equal to that of
// j, j makes its bit differ from that of i. Equal bits say that i was later. A word is divided into lanes that
// can be written on their own. When ports write the same lane of a word in one clock, the highest counts as the last.
//
// A write in clock t shows from t + 1. While `clearing`, port 0 becomes the last one of clear_address.
module pw_order #(
    parameter integer DEPTH = 2,
    parameter integer ADDRESS = 1,  // bits of an address
    parameter integer WRITES = 2,  // at least 2
    parameter integer READS = 1,
    parameter integer LANES = 1
) (
    input  wire                           clk,
    input  wire                           clearing,
    input  wire [ADDRESS-1:0]             clear_address,
    input  wire [WRITES*LANES-1:0]        enable,
    input  wire [WRITES*ADDRESS-1:0]      address,
    input  wire [READS*ADDRESS-1:0]       read_address,
    output wire [READS*LANES*WRITES-1:0]  last  // one bit of the WRITES of a lane is set
);
  // Writes that a higher port does not do in the same clock.
  wire [WRITES*LANES-1:0] counts;
  wire [WRITES*ADDRESS-1:0] at;
  genvar i, j, l, r;
  generate
    for (i = 0; i < WRITES; i = i + 1) begin : g_port
      assign at[i*ADDRESS+:ADDRESS] = clearing ? clear_address : address[i*ADDRESS+:ADDRESS];
      wire [LANES-1:0] beaten;
      for (l = 0; l < LANES; l = l + 1) begin : g_lane
        wire [WRITES-1:0] by;
        for (j = 0; j < WRITES; j = j + 1) begin : g_other
          if (j > i) begin : g_higher
            assign by[j] = enable[j*LANES+l] && address[i*ADDRESS+:ADDRESS] == address[j*ADDRESS+:ADDRESS];
          end else begin : g_lower
            assign by[j] = 1'b0;
          end
        end
        assign beaten[l] = |by;
      end
      assign counts[i*LANES+:LANES] = enable[i*LANES+:LANES] & ~beaten;
    end

    // later[...] bit i * WRITES + j: port i was later than port j.
    for (l = 0; l < LANES; l = l + 1) begin : g_lane
      wire [READS*WRITES*WRITES-1:0] later;
      for (i = 0; i < WRITES; i = i + 1) begin : g_first
        for (r = 0; r < READS; r = r + 1) begin : g_self
          assign later[(r*WRITES+i)*WRITES+i] = 1'b1;
        end
        for (j = i + 1; j < WRITES; j = j + 1) begin : g_second
          (* ram_style = "distributed" *) reg mine[0:DEPTH-1];
          (* ram_style = "distributed" *) reg others[0:DEPTH-1];
          wire [ADDRESS-1:0] at_i = at[i*ADDRESS+:ADDRESS];
          wire [ADDRESS-1:0] at_j = at[j*ADDRESS+:ADDRESS];
          wire equal = others[at_i];
          wire differ = !mine[at_j];
          always_ff @(posedge clk) begin
            if (clearing || counts[i*LANES+l]) mine[at_i] <= !clearing && equal;
            if (clearing || counts[j*LANES+l]) others[at_j] <= !clearing && differ;
          end
          for (r = 0; r < READS; r = r + 1) begin : g_read
            wire [ADDRESS-1:0] at_r = read_address[r*ADDRESS+:ADDRESS];
            wire same = mine[at_r] == others[at_r];
            assign later[(r*WRITES+i)*WRITES+j] = same;
            assign later[(r*WRITES+j)*WRITES+i] = !same;
          end
        end
      end
      for (r = 0; r < READS; r = r + 1) begin : g_result
        for (i = 0; i < WRITES; i = i + 1) begin : g_all
          assign last[(r*LANES+l)*WRITES+i] = &later[(r*WRITES+i)*WRITES+:WRITES];
        end
      end
    end
  endgenerate
endmodule
