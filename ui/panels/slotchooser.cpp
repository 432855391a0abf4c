// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/slotchooser.h"

#include "core/connection/connection.h"

namespace slotscope::ui {

namespace {

constexpr std::chrono::milliseconds Delay(250);

} // namespace

SlotChooser::SlotChooser(QWidget *parent)
    : QComboBox(parent)
{
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_delay.setSingleShot(true);
    m_delay.setInterval(Delay);
    connect(&m_delay, &QTimer::timeout, this, &SlotChooser::fill);
    fill();
}

void SlotChooser::follow(core::Connection *connection)
{
    if (m_connection)
        disconnect(m_connection->directory(), nullptr, &m_delay, nullptr);
    m_connection = connection;
    if (connection) {
        const core::SlotDirectory *directory = connection->directory();
        const auto later = qOverload<>(&QTimer::start);
        connect(directory, &core::SlotDirectory::loaded, &m_delay, later);
        connect(directory, &core::SlotDirectory::slotAdded, &m_delay, later);
        connect(directory, &core::SlotDirectory::slotChanged, &m_delay, later);
        connect(directory, &core::SlotDirectory::slotRemoved, &m_delay, later);
    }
    setCurrentIndex(0);
    fill();
}

std::optional<core::Slot> SlotChooser::slot() const
{
    const int number = currentData().toInt();
    return number >= 0 ? std::optional(core::Slot(quint16(number))) : std::nullopt;
}

void SlotChooser::fill()
{
    const QVariant chosen = currentData();
    clear();
    addItem(tr("All tables and keys"), -1);
    if (m_connection) {
        const core::SlotDirectory *directory = m_connection->directory();
        for (const core::Slot slot : directory->slotNumbers())
            addItem(directory->find(slot)->title(), int(slot.value));
    }
    setCurrentIndex(std::max(0, findData(chosen)));
    if (currentData() != chosen && chosen.isValid())
        Q_EMIT slotLost();
}

} // namespace slotscope::ui
