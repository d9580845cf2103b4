using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Chokepoint.ExportControls.Data.Migrations
{
    /// <inheritdoc />
    public partial class ClausesFromMemory : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "date_claims",
                table: "clauses",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'[]'");

            // Which transaction wrote a clause last: see Clauses/CurrentClauses.cs. Not in the model, since no code reads or writes it by name.
            migrationBuilder.Sql("""
                ALTER TABLE clauses ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
                CREATE INDEX ix_clauses_changed_in ON clauses (changed_in);
                CREATE FUNCTION mark_changed_clause() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.changed_in := pg_current_xact_id();
                    RETURN NEW;
                END $$;
                CREATE TRIGGER mark_changed BEFORE UPDATE ON clauses FOR EACH ROW EXECUTE FUNCTION mark_changed_clause();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER mark_changed ON clauses;
                DROP FUNCTION mark_changed_clause();
                ALTER TABLE clauses DROP COLUMN changed_in;
                """);

            migrationBuilder.DropColumn(
                name: "date_claims",
                table: "clauses");
        }
    }
}
