using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.ExportControls.Data.Migrations
{
    /// <inheritdoc />
    public partial class NumberKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_drafts_issuer_document_number",
                table: "drafts");

            migrationBuilder.RenameColumn(
                name: "document_number",
                table: "drafts",
                newName: "number_key");

            // The service gives every row its key when it starts (Data/NumberKeys.cs): the rule is code, and there once.
            migrationBuilder.Sql("UPDATE drafts SET number_key = NULL");

            migrationBuilder.AddColumn<Guid>(
                name: "duplicate_of",
                table: "notices",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "number_key",
                table: "notices",
                type: "text",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_notices_duplicate_of",
                table: "notices",
                column: "duplicate_of");

            migrationBuilder.CreateIndex(
                name: "ix_notices_issuer_number_key",
                table: "notices",
                columns: new[] { "issuer", "number_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_drafts_issuer_number_key",
                table: "drafts",
                columns: new[] { "issuer", "number_key" },
                unique: true,
                filter: "state IN ('Pending', 'SetAside', 'Unreadable') AND issuer IS NOT NULL AND number_key IS NOT NULL");

            migrationBuilder.AddForeignKey(
                name: "fk_notices_notices_duplicate_of",
                table: "notices",
                column: "duplicate_of",
                principalTable: "notices",
                principalColumn: "id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_notices_notices_duplicate_of",
                table: "notices");

            migrationBuilder.DropIndex(
                name: "ix_notices_duplicate_of",
                table: "notices");

            migrationBuilder.DropIndex(
                name: "ix_notices_issuer_number_key",
                table: "notices");

            migrationBuilder.DropIndex(
                name: "ix_drafts_issuer_number_key",
                table: "drafts");

            migrationBuilder.DropColumn(
                name: "duplicate_of",
                table: "notices");

            migrationBuilder.DropColumn(
                name: "number_key",
                table: "notices");

            migrationBuilder.RenameColumn(
                name: "number_key",
                table: "drafts",
                newName: "document_number");

            migrationBuilder.CreateIndex(
                name: "ix_drafts_issuer_document_number",
                table: "drafts",
                columns: new[] { "issuer", "document_number" },
                unique: true,
                filter: "state IN ('Pending', 'SetAside', 'Unreadable') AND issuer IS NOT NULL AND document_number IS NOT NULL");
        }
    }
}
