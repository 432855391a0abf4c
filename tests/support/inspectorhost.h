// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/notation.h"
#include "ui/models/valuetreemodel.h"
#include "ui/panels/banner.h"
#include "ui/panels/hexpane.h"
#include "ui/panels/inspector.h"
#include "ui/panels/inspectortree.h"
#include "ui/panels/textpane.h"
#include "ui/views/codeeditor.h"
#include "ui/views/hexview.h"

#include <QAction>
#include <QLineEdit>
#include <QMenu>
#include <QTabWidget>
#include <QTreeView>
#include <QtTest>

namespace slotscope::test {

/// An inspector in a window of its own, and what its window does for it: what is edited is staged, and comes
/// back as the record. Header only, so that tests without a window need not link the ui.
class InspectorHost
{
public:
    explicit InspectorHost(core::ValueType type, core::Compression compression = core::Compression::None)
        : InspectorHost(core::SlotType {.value = type, .compression = compression})
    {
    }
    explicit InspectorHost(core::SlotType slotType)
    {
        slotType.key = core::KeyType({core::KeyComponent::Oid});
        m_codec = core::SlotCodec(slotType);
        QObject::connect(&inspector, &ui::Inspector::valueEdited, &inspector,
                         [this](const QByteArray &key, const QByteArray &bytes) {
                             ++edits;
                             stored[key] = bytes;
                             if (key == shownKey)
                                 show(key);
                         });
        inspector.resize(600, 500);
        inspector.show();
    }

    static QByteArray keyOf(int oid) { return QByteArray("\0\x07\0\0\0\0\0\0\0", 9) + char(oid); }
    void show(const QByteArray &key)
    {
        shownKey = key;
        ui::InspectedRecord record;
        record.table = QStringLiteral("Users");
        record.codec = m_codec;
        record.record.key = key;
        record.record.value = stored.value(key);
        record.record.modRevision = core::Revision(8);
        record.readOnlyReason = readOnlyReason;
        inspector.setRecord(record);
    }
    void show(const QByteArray &value, int oid)
    {
        stored[keyOf(oid)] = value;
        show(keyOf(oid));
    }
    void showNotation(const QByteArray &notation, int oid = 5)
    {
        show(m_codec.encodeValue(core::fromNotation(notation).value()).value(), oid);
    }
    QByteArray value() const { return stored.value(shownKey); }
    QByteArray notation() const { return core::toNotation(m_codec.decodeValue(value()).value()); }
    const core::SlotCodec &codec() const { return m_codec; }

    bool activate()
    {
        inspector.activateWindow();
        return QTest::qWaitForWindowActive(&inspector);
    }

    // The tree.
    QTreeView *view() const { return inspector.treeView(); }
    QModelIndex index(const char *path, int column = 0) const
    {
        return inspector.treeModel()->indexOf(core::ValuePath::parse(QString::fromUtf8(path)).value(),
                                              column);
    }
    void select(const char *path, int column = 0)
    {
        view()->setFocus();
        view()->setCurrentIndex(index(path, column));
    }
    QString current() const { return inspector.tree()->currentPath().toString(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::keyClick(view(), key, modifiers);
    }
    /// The editor that is open in the tree.
    QLineEdit *lineEditor() const
    {
        const auto lines = view()->viewport()->findChildren<QLineEdit *>();
        const auto open =
            std::find_if(lines.begin(), lines.end(), [](QLineEdit *line) { return line->isVisible(); });
        return open == lines.end() ? nullptr : *open;
    }
    void typeInto(QLineEdit *line, const QString &text) const
    {
        line->selectAll();
        QTest::keyClicks(line, text);
        QTest::keyClick(line, Qt::Key_Return);
        QCoreApplication::sendPostedEvents();
    }
    /// What the menu of the current node offers under a title, without its mnemonic: `Add inside/text`.
    QAction *menuAction(const QString &path)
    {
        m_menu = std::make_unique<QMenu>();
        inspector.tree()->fillMenu(m_menu.get());
        QMenu *menu = m_menu.get();
        QAction *found = nullptr;
        for (const QString &title : path.split(QLatin1Char('/'))) {
            found = nullptr;
            const auto actions = menu ? menu->actions() : QList<QAction *>();
            for (QAction *action : actions) {
                if (action->text().remove(QLatin1Char('&')) == title)
                    found = action;
            }
            menu = found ? found->menu() : nullptr;
        }
        return found;
    }
    QStringList menuTitles(const QString &path)
    {
        QStringList titles;
        const QAction *action = menuAction(path);
        if (action && action->menu()) {
            for (const QAction *entry : action->menu()->actions())
                titles << entry->text();
        }
        return titles;
    }

    // The text.
    ui::CodeEditor *editor() const { return inspector.textPane()->editor(); }
    QString text() const { return QString::fromUtf8(editor()->text()); }
    /// Selects the first occurrence and types over it.
    bool typeOver(const QByteArray &what, const QString &with)
    {
        inspector.tabs()->setCurrentIndex(ui::Inspector::TextTab);
        const qsizetype at = editor()->text().indexOf(what);
        if (at < 0)
            return false;
        editor()->setFocus();
        editor()->select(at, what.size());
        if (with.isEmpty())
            QTest::keyClick(editor()->area(), Qt::Key_Delete);
        else
            QTest::keyClicks(editor()->area(), with);
        return true;
    }
    void submit() const { QTest::keyClick(editor()->area(), Qt::Key_Return, Qt::ControlModifier); }

    ui::Inspector inspector;
    QHash<QByteArray, QByteArray> stored;
    QByteArray shownKey;
    QString readOnlyReason;
    int edits = 0;

private:
    core::SlotCodec m_codec;
    std::unique_ptr<QMenu> m_menu;
};

} // namespace slotscope::test
