using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.ExportControls.Data.Migrations
{
    /// <inheritdoc />
    public partial class RemindersAndContentRules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "content_hash",
                table: "notices");

            migrationBuilder.AddColumn<string>(
                name: "extraterritorial",
                table: "clauses",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "next_reminder_at",
                table: "clauses",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "reminders",
                table: "clauses",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.CreateIndex(
                name: "ix_clauses_next_reminder_at",
                table: "clauses",
                column: "next_reminder_at",
                filter: "next_reminder_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_clauses_next_reminder_at",
                table: "clauses");

            migrationBuilder.DropColumn(
                name: "extraterritorial",
                table: "clauses");

            migrationBuilder.DropColumn(
                name: "next_reminder_at",
                table: "clauses");

            migrationBuilder.DropColumn(
                name: "reminders",
                table: "clauses");

            migrationBuilder.AddColumn<byte[]>(
                name: "content_hash",
                table: "notices",
                type: "bytea",
                nullable: false,
                defaultValue: new byte[0]);
        }
    }
}
