// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/memoryconnection.h"
#include "ui/panels/recordtab.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>

namespace slotscope::test {

/// The tab of slot 1 of an etcd in memory, for tests to derive from. It is taken down in its order.
class RecordTabHost
{
protected:
    static QByteArray keyOf(int number)
    {
        return slotKey(1, QByteArray::number(number).rightJustified(16, '0'));
    }
    /// Before the first test: no settings but those of this test.
    void keepSettings()
    {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    }
    /// Before each test: an etcd without records, and no settings.
    void begin()
    {
        QSettings().clear();
        m_etcd = std::make_unique<MemoryEtcd>();
    }
    void end()
    {
        m_tab.reset();
        m_connection.reset();
        m_etcd.reset();
    }
    /// Writes the records, and connects.
    void connectTo(const std::vector<std::pair<QByteArray, QByteArray>> &records)
    {
        m_etcd->write(records);
        m_connection = std::make_unique<core::Connection>(
            core::Endpoint {QUrl(QStringLiteral("http://memory:1"))}, m_etcd->transport());
        m_connection->open();
        QTRY_COMPARE(m_connection->state(), core::Connection::State::Online);
        QTRY_VERIFY(m_connection->directory()->isSampled());
    }
    /// Opens the tab, and waits until its first row is decoded.
    void openTab(int width)
    {
        m_tab = std::make_unique<ui::RecordTab>(m_connection.get(), core::KeyRange::slot(core::Slot(1)),
                                                core::Slot(1), QStringLiteral("slot 1"));
        m_tab->resize(width, 300);
        m_tab->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_tab.get()));
        QTRY_COMPARE(m_tab->table()->state(), core::LiveTable::State::Live);
        QTRY_VERIFY(m_tab->model()->shownRow(0).decoded);
    }
    int column(const char *id) const { return m_tab->model()->columnOf(QLatin1String(id)); }

    QTemporaryDir m_settings;
    std::unique_ptr<MemoryEtcd> m_etcd;
    std::unique_ptr<core::Connection> m_connection;
    std::unique_ptr<ui::RecordTab> m_tab;
};

} // namespace slotscope::test
