// Requests at random times: both resets come and stay for CLOCKS clocks of the slower clock, `done` only when both are over.
module pw_shell_reset_tb #(
    parameter integer CLOCKS = 64
);
  reg slow_clk = 0, fast_clk = 0, request_n = 1;
  wire slow_rst, fast_rst, done;
  pw_shell_reset #(.CLOCKS(CLOCKS)) dut (.*);
  integer now, since = 0, errors = 0, resets = 0, dones = 0;
  initial begin
    for (now = 0; now < 20000; now = now + 1) begin
      request_n = now < 10 || $urandom % 400 != 0;
      #1;
      slow_clk = 1;
      fast_clk = 1;
      #1;
      fast_clk = 0;
      #1;
      slow_clk = 0;
      fast_clk = 1;
      #1;
      fast_clk = 0;
      since = request_n ? since + 1 : 0;
      #1;
      if (since > 0 && since <= CLOCKS && !slow_rst) errors = errors + 1;
      if (since > 3 && since <= CLOCKS && !fast_rst) errors = errors + 1;
      if (since > CLOCKS + 4 && (slow_rst || fast_rst || !done)) errors = errors + 1;
      if (done && (slow_rst || !request_n)) errors = errors + 1;
      resets = resets + (since == 1);
      dones = dones + done;
    end
    if (errors == 0 && resets > 10 && dones > 5000) $display("PASS");
    else $display("FAIL: %0d errors, %0d resets, %0d done", errors, resets, dones);
  end
endmodule
