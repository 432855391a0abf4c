// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/keycommand.h"

namespace slotscope::app {

/// `slotscope get KEY` and `slotscope get SLOT KEY`: one record, whole.
class GetCommand : public KeyCommand
{
    Q_OBJECT
public:
    QString description() const override;

protected:
    QString name() const override { return QStringLiteral("get"); }
    void beginWithKey() override;

private:
    void show(const core::KeyValue &kv);
};

} // namespace slotscope::app
