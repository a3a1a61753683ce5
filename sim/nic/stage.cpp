#include "sim/nic/stage.h"

namespace pw::nic {

using sc_core::sc_time;

FrameStage::FrameStage(const sc_core::sc_module_name& name) : sc_module(name) {
  in.register_b_transport(this, &FrameStage::transport);
}

void FrameStage::transport(Transaction& transaction, sc_time& delay) {
  const Time time = kernel_time() + delay.value();
  if (transaction.is_write())
    delay = sc_time::from_value(accept(transaction, time) - kernel_time());
  else
    pass_time(time);
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}

Time FrameOutput::send(Transaction& transaction, Time time) {
  sc_time delay = sc_time::from_value(time - kernel_time());
  socket->b_transport(transaction, delay);
  return kernel_time() + delay.value();
}

void FrameOutput::send_time(Time time) {
  message_.set_command(tlm::TLM_IGNORE_COMMAND);
  sc_time delay = sc_time::from_value(time - kernel_time());
  socket->b_transport(message_, delay);
}

} // namespace pw::nic
