terraform {
  required_version = ">= 1.5"
}

# The web server
resource "aws_instance" "web" {
  ami  = "ami-1"
  tags = {
    Name = "web-${var.env["name"]}"
  }
  user_data = <<-EOT
    resource "fake" "x" {
  EOT
}

variable "env" {}
