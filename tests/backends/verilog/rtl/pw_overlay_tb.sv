module pw_overlay_tb;
  parameter integer BUS = 8;
  parameter integer FIRST_BEAT = -2;
  parameter integer OVERLAY_BEATS = 5;
  reg [15:0] beat;
  reg [OVERLAY_BEATS*BUS-1:0] overlay_enable;
  reg [OVERLAY_BEATS*BUS*8-1:0] overlay_data;
  wire [BUS-1:0] enable;
  wire [8*BUS-1:0] data;
  pw_overlay #(.BUS(BUS), .FIRST_BEAT(FIRST_BEAT), .OVERLAY_BEATS(OVERLAY_BEATS)) dut (.*);
  integer n, i, c, errors = 0, hits = 0;
  initial begin
    for (n = 0; n < 2000; n = n + 1) begin
      c = n % (OVERLAY_BEATS + 6) + FIRST_BEAT - 3;
      beat = c;
      for (i = 0; i < OVERLAY_BEATS * BUS; i = i + 1) begin
        overlay_enable[i] = $urandom;
        overlay_data[8*i+:8] = $urandom;
      end
      #1;
      for (i = 0; i < BUS; i = i + 1)
        if (c < FIRST_BEAT || c >= FIRST_BEAT + OVERLAY_BEATS) begin
          if (enable[i] !== 0) errors = errors + 1;
        end else begin
          hits = hits + 1;
          if (enable[i] !== overlay_enable[(c-FIRST_BEAT)*BUS+i]) errors = errors + 1;
          if (enable[i] && data[8*i+:8] !== overlay_data[8*((c-FIRST_BEAT)*BUS+i)+:8]) errors = errors + 1;
        end
    end
    if (errors == 0 && hits > 100) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
