// The factory in a build without engines, and the engines' names.
#include "sim/engine.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

TEST(Factory, AnEngineThatWasLeftOutIsNamed) {
  for (const EngineKind kind :
       {EngineKind::Kernel, EngineKind::Interp, EngineKind::Model, EngineKind::Rtl})
    try {
      make_engine(kind, {});
      FAIL();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.diagnostics().front().code, "PW-ENG-001");
      EXPECT_NE(failure.diagnostics().front().message.find(engine_name(kind)), std::string::npos);
      EXPECT_EQ(failure.exit(), Exit::EngineUnavailable);
    }
}

TEST(Factory, NamesAreFoundAgain) {
  for (const EngineKind kind :
       {EngineKind::Kernel, EngineKind::Interp, EngineKind::Model, EngineKind::Rtl})
    EXPECT_EQ(engine_by_name(engine_name(kind)), kind);
  EXPECT_FALSE(engine_by_name("kernal"));
}

} // namespace
} // namespace pw
