#include "sim/engine.h"
#include "sim/routes/routes.h"

namespace pw {

namespace {

std::unique_ptr<Engine> make_one(EngineKind kind, const EngineInput& input) {
  switch (kind) {
#ifdef PW_HAVE_KERNEL_ENGINE
  case EngineKind::Kernel:
    return make_kernel_engine(input);
#endif
#ifdef PW_HAVE_INTERP_ENGINE
  case EngineKind::Interp:
    return make_interp_engine(input);
#endif
#ifdef PW_HAVE_MODEL_ENGINE
  case EngineKind::Model:
    return make_model_engine(input);
#endif
#ifdef PW_HAVE_RTL_ENGINE
  case EngineKind::Rtl:
    return make_rtl_engine(input);
#endif
#ifdef PW_HAVE_NFP_ENGINE
  case EngineKind::Nfp:
    return make_nfp_engine(input);
#endif
  default:
    throw Failure(
        diagnose("PW-ENG-001", "the engine '" + engine_name(kind) + "' is not part of this build"));
  }
}

} // namespace

// The kernel has routes of its own, in its own network namespace.
std::unique_ptr<Engine> make_engine(EngineKind kind, const EngineInput& input) {
  std::unique_ptr<Engine> engine = make_one(kind, input);
  if (const MapState routes = route_tables(input);
      !routes.empty() && kind != EngineKind::Kernel && kind != EngineKind::Nfp)
    engine->set_maps(routes);
  return engine;
}

} // namespace pw
